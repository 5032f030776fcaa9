// Reading one object of a configuration file.
#include "lab/config_section.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace leanlab::lab {

namespace {

/// "a text", "the number 5": what stands there, for messages.
std::string kind_and_value(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_null()) return "null";
  if (value.is_string()) return "the text " + clip(printable(to_line(value)), 40);
  return clip(to_line(value), 40);
}

std::string pointer_word(std::string key) {
  return replace_all(replace_all(std::move(key), "~", "~0"), "/", "~1");
}

}  // namespace

ConfigSection::ConfigSection(const ConfigSource& source, const Json& value, std::string pointer)
    : source_(source), value_(&value), pointer_(std::move(pointer)) {}

Status ConfigSection::expect_object() const {
  if (value_->is_object()) return {};
  const std::string name =
      pointer_.empty() ? "the file" : "\"" + replace_all(pointer_.substr(1), "/", ".") + "\"";
  return fail(Error(ErrorCode::misconfigured,
                    fmt::format("{} must be an object {{…}}, not {}", name, kind_and_value(*value_)))
                  .at(json_place(source_.text, source_.shown, pointer_)));
}

bool ConfigSection::has(const std::string& key) const {
  return value_->contains(key);
}

const Json* ConfigSection::member(const std::string& key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  const auto found = value_->find(key);
  return found == value_->end() ? nullptr : &*found;
}

std::string ConfigSection::shown_name(const std::string& key) const {
  return pointer_.empty() ? key : replace_all(pointer_.substr(1), "/", ".") + "." + key;
}

std::string ConfigSection::place(const std::string& key) const {
  return json_place(source_.text, source_.shown, pointer_ + "/" + pointer_word(key));
}

tl::unexpected<Error> ConfigSection::wrong(const std::string& key, std::string message) const {
  return fail(Error(ErrorCode::misconfigured, std::move(message)).at(place(key)));
}

tl::unexpected<Error> ConfigSection::unsupported(const std::string& key, std::string message) const {
  return fail(Error(ErrorCode::unsupported, std::move(message))
                  .at(place(key))
                  .then("take it out of " + source_.shown + ", or use a version of leanlab that has it"));
}

Status ConfigSection::text(const std::string& key, std::string& target, Empty empty) {
  const Json* found = member(key);
  if (found == nullptr) return {};
  if (!found->is_string())
    return wrong(
        key, fmt::format("\"{}\" must be a text in quotes, not {}", shown_name(key), kind_and_value(*found)));
  std::string value = found->get<std::string>();
  if (empty == Empty::refused && trim(value).empty())
    return wrong(key, fmt::format("\"{}\" must not be empty", shown_name(key)));
  if (value.find('\0') != std::string::npos)
    return wrong(key, fmt::format("\"{}\" holds a zero byte", shown_name(key)));
  target = std::move(value);
  return {};
}

Status ConfigSection::boolean(const std::string& key, bool& target) {
  const Json* found = member(key);
  if (found == nullptr) return {};
  if (!found->is_boolean())
    return wrong(
        key, fmt::format("\"{}\" must be true or false, not {}", shown_name(key), kind_and_value(*found)));
  target = found->get<bool>();
  return {};
}

Status ConfigSection::whole_number(const std::string& key, std::uint64_t least, std::uint64_t most,
                                   std::uint64_t& target) {
  const Json* found = member(key);
  if (found == nullptr) return {};
  if (!found->is_number_integer())
    return wrong(
        key, fmt::format("\"{}\" must be a whole number, not {}", shown_name(key), kind_and_value(*found)));
  const bool negative = !found->is_number_unsigned() && found->get<std::int64_t>() < 0;
  if (negative || found->get<std::uint64_t>() < least || found->get<std::uint64_t>() > most)
    return wrong(key, fmt::format("\"{}\" must be from {} to {}, not {}", shown_name(key), least, most,
                                  to_line(*found)));
  target = found->get<std::uint64_t>();
  return {};
}

Status ConfigSection::number(const std::string& key, double least, double most, double& target) {
  const Json* found = member(key);
  if (found == nullptr) return {};
  if (!found->is_number())
    return wrong(key,
                 fmt::format("\"{}\" must be a number, not {}", shown_name(key), kind_and_value(*found)));
  const double value = found->get<double>();
  if (!std::isfinite(value) || value < least || value > most)
    return wrong(key, fmt::format("\"{}\" must be from {} to {}, not {}", shown_name(key),
                                  leanlab::number(least), leanlab::number(most), to_line(*found)));
  target = value;
  return {};
}

Status ConfigSection::word(const std::string& key, const std::vector<std::string>& words,
                           std::size_t& target) {
  std::string value;
  TRY(text(key, value));
  if (!has(key)) return {};
  const auto found = std::find(words.begin(), words.end(), value);
  if (found == words.end()) {
    const std::string near = nearest(value, words);
    return wrong(
        key, fmt::format("\"{}\" must be {}, not \"{}\"{}", shown_name(key), fmt::join(words, " or "),
                         clip(printable(value), 40), near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  }
  target = static_cast<std::size_t>(found - words.begin());
  return {};
}

Status ConfigSection::texts(const std::string& key, std::vector<std::string>& target) {
  const Json* found = member(key);
  if (found == nullptr) return {};
  if (!found->is_array())
    return wrong(
        key, fmt::format("\"{}\" must be a list of texts, not {}", shown_name(key), kind_and_value(*found)));
  std::vector<std::string> values;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const Json& item = (*found)[i];
    if (!item.is_string() || item.get<std::string>().empty() ||
        item.get<std::string>().find('\0') != std::string::npos)
      return fail(Error(ErrorCode::misconfigured,
                        fmt::format("each entry of \"{}\" must be a text that is not empty, not {}",
                                    shown_name(key), kind_and_value(item)))
                      .at(json_place(source_.text, source_.shown,
                                     fmt::format("{}/{}/{}", pointer_, pointer_word(key), i))));
    values.push_back(item.get<std::string>());
  }
  target = std::move(values);
  return {};
}

Result<ConfigSection> ConfigSection::section(const std::string& key) {
  static const Json k_empty = Json::object();
  const Json* found = member(key);
  ConfigSection inner(source_, found == nullptr ? k_empty : *found, pointer_ + "/" + pointer_word(key));
  TRY(inner.expect_object());
  return inner;
}

ConfigSection ConfigSection::item(const std::string& key, std::size_t index) const {
  return ConfigSection(source_, (*value_)[key][index],
                       fmt::format("{}/{}/{}", pointer_, pointer_word(key), index));
}

Status ConfigSection::not_built(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    if (member(key) != nullptr)
      return unsupported(
          key, fmt::format("\"{}\" is not built yet, and leaving it out would change what the lab means",
                           shown_name(key)));
  }
  return {};
}

Status ConfigSection::require(const std::string& key) const {
  if (has(key)) return {};
  std::vector<std::string> there;
  for (const auto& [name, value] : value_->items()) there.push_back(name);
  const std::string near = nearest(key, there);
  return wrong(key,
               fmt::format("\"{}\" is missing{}", shown_name(key),
                           near.empty() ? "" : fmt::format("; is \"{}\" meant to be it?", printable(near))));
}

void ConfigSection::finish(std::vector<std::string>& warnings) const {
  for (const auto& [key, value] : value_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string near = nearest(key, known_);
    const std::string where = place(key);
    warnings.push_back(
        fmt::format("{}: unknown field \"{}\" is ignored{}", where.substr(0, where.find('\n')),
                    clip(printable(shown_name(key)), 60),
                    near.empty() ? "" : fmt::format("; did you mean \"{}\"?", shown_name(near))));
  }
}

}  // namespace leanlab::lab

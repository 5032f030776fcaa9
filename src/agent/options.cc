// One row for each option: its name, and how its value is taken.
#include "agent/options.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::uint64_t k_most = 1'000'000;

bool take_count(const Json& value, std::optional<std::uint64_t>& target) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 || value.get<std::uint64_t>() > k_most)
    return false;
  target = value.get<std::uint64_t>();
  return true;
}

struct Row {
  const char* name;
  const char* wanted;
  bool (*take)(const Json& value, AgentOptions& options);
};

constexpr Row k_rows[] = {
    {"max_turns", "a whole number from 1",
     [](const Json& value, AgentOptions& options) { return take_count(value, options.max_turns); }},
    {"max_tokens", "a whole number from 1",
     [](const Json& value, AgentOptions& options) { return take_count(value, options.max_tokens); }},
    {"max_steps", "a whole number from 1",
     [](const Json& value, AgentOptions& options) { return take_count(value, options.max_steps); }},
    {"effort", "a word such as \"high\"",
     [](const Json& value, AgentOptions& options) {
       if (!value.is_string()) return false;
       options.effort = value.get<std::string>();
       return !options.effort.empty() &&
              std::all_of(options.effort.begin(), options.effort.end(),
                          [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; });
     }},
    {"temperature", "a number from 0 to 2",
     [](const Json& value, AgentOptions& options) {
       if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 2) return false;
       options.temperature = value.get<double>();
       return true;
     }},
    {"args", "a list of texts",
     [](const Json& value, AgentOptions& options) {
       if (!value.is_array()) return false;
       for (const Json& word : value) {
         if (!word.is_string() || word.get<std::string>().find('\0') != std::string::npos) return false;
         options.args.push_back(word.get<std::string>());
       }
       return true;
     }},
};

}  // namespace

Result<AgentOptions> read_options(const std::string& backend, const std::string& json,
                                  const std::vector<std::string>& known) {
  AgentOptions options;
  if (json.empty()) return options;
  TRY_ASSIGN(const Json value, parse_json(json, "the options of " + backend));
  if (!value.is_object())
    return fail(ErrorCode::misconfigured, "the options of the agent {} must be an object", backend);
  for (const auto& [key, member] : value.items()) {
    const bool is_known = std::find(known.begin(), known.end(), key) != known.end();
    const auto row =
        std::find_if(std::begin(k_rows), std::end(k_rows), [&](const Row& r) { return key == r.name; });
    if (!is_known || row == std::end(k_rows)) {
      const std::string near = nearest(key, known);
      return fail(Error(ErrorCode::misconfigured,
                        fmt::format("the agent {} has no option \"{}\"", backend, printable(key)))
                      .then(known.empty()  ? fmt::format("{} takes no options: remove them", backend)
                            : near.empty() ? fmt::format("its options are {}", fmt::join(known, ", "))
                                           : fmt::format("did you mean \"{}\"?", near)));
    }
    if (!row->take(member, options))
      return fail(ErrorCode::misconfigured, "the option \"{}\" of the agent {} must be {}", key, backend,
                  row->wanted);
  }
  return options;
}

}  // namespace leanlab::agent

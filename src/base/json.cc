// JSON through nlohmann, whose exceptions stay in this file.
#include "base/json.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <deque>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/strings.h"

namespace leanlab {

std::string text_place(std::string_view text, std::string_view name, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::size_t line_end = std::min(text.find('\n', offset), text.size());
  const auto line_number = std::count(before.begin(), before.end(), '\n') + 1;
  const std::string_view before_it = text.substr(line_start, offset - line_start);
  const std::string line =
      printable(text.substr(line_start, std::min<std::size_t>(line_end - line_start, 200)));
  const std::string indent(display_width(printable(before_it)), ' ');
  return fmt::format("{}:{}:{}\n  {}\n  {}^", name, line_number, display_width(repair_utf8(before_it)) + 1,
                     line, indent);
}

namespace {

// Builds the value, and stops at a duplicate key, which nlohmann would silently take the last of.
struct ParseFailure {
  std::size_t offset = 0;
  std::string message;
};

std::string plain_message(const std::string& message) {
  // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while …" -> the last
  // part.
  auto start = message.find("syntax error");
  if (start == std::string::npos)
    start = message.find(": ") == std::string::npos ? 0 : message.find(": ") + 2;
  std::string text = message.substr(start);
  const auto last_read = text.find("; last read:");
  if (last_read != std::string::npos) {
    const auto expected = text.rfind("'; expected ");  // behind what was read, which may hold these words too
    const bool is_there = expected != std::string::npos && expected > last_read;
    text = text.substr(0, last_read) + (is_there ? text.substr(expected + 1) : "");
  }
  return clip(printable(text), 200);
}

// Values deeper than this are refused: writing them out again, and ending them, goes down the stack level by level.
constexpr std::size_t k_max_depth = 200;

// Where `text` goes deeper than that, or npos.
std::size_t too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++at;
    if (in_string) continue;
    if ((c == '[' || c == '{') && ++depth > k_max_depth) return at;
    if ((c == ']' || c == '}') && depth > 0) --depth;
  }
  return std::string_view::npos;
}

// A key as it is meant: "\u0061" is the same key as "a".
std::string plain_key(std::string_view written) {
  if (written.find('\\') == std::string_view::npos) return std::string(written);
  return Json::parse(fmt::format("\"{}\"", written)).get<std::string>();
}

// The keys of one object: few are looked through, many are looked up.
class KeySet {
 public:
  /// False when it is there already.
  bool insert(std::string_view key) {
    constexpr std::size_t k_few = 48;
    if (few_.size() < k_few) {
      if (std::find(few_.begin(), few_.end(), key) != few_.end()) return false;
      few_.push_back(key);
      return true;
    }
    if (many_.empty()) many_.insert(few_.begin(), few_.end());
    return many_.insert(key).second;
  }

 private:
  std::vector<std::string_view> few_;
  std::unordered_set<std::string_view> many_;
};

// A walk over valid JSON text that only finds where things begin.
class Locator {
 public:
  explicit Locator(std::string_view text) : text_(text) {}

  std::size_t find(const std::vector<std::string>& path) {
    skip_space();
    std::size_t place = at_;
    for (const std::string& key : path) {
      if (!enter(key)) return place;
      place = at_;
    }
    return place;
  }

  /// The offset of the second of two equal keys in one object anywhere, or npos.
  std::size_t duplicate_key(std::string& key) {
    skip_space();
    return duplicate_in_value(key);
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == ',' || text_[at_] == ':'))
      ++at_;
  }
  std::string_view read_string() {
    const std::size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    const std::string_view value = text_.substr(start, at_ - start);
    at_ = std::min(at_ + 1, text_.size());
    return value;
  }
  void skip_value() {
    skip_space();
    std::size_t depth = 0;
    do {
      skip_space();
      if (at_ >= text_.size()) return;
      const char c = text_[at_];
      if (c == '"') {
        read_string();
      } else if (c == '{' || c == '[') {
        ++depth, ++at_;
      } else if (c == '}' || c == ']') {
        --depth, ++at_;
      } else {
        while (at_ < text_.size() && std::string_view(",]}:").find(text_[at_]) == std::string_view::npos &&
               std::isspace(static_cast<unsigned char>(text_[at_])) == 0)
          ++at_;
      }
    } while (depth > 0);
  }
  bool enter(const std::string& key) {
    if (at_ >= text_.size()) return false;
    const char open = text_[at_];
    if (open != '{' && open != '[') return false;
    ++at_;
    for (std::size_t index = 0;; ++index) {
      skip_space();
      if (at_ >= text_.size() || text_[at_] == '}' || text_[at_] == ']') return false;
      bool here = open == '[' && std::to_string(index) == key;
      if (open == '{') {
        here = read_string() == key;
        skip_space();
      }
      if (here) return true;
      skip_value();
    }
  }
  std::size_t duplicate_in_value(std::string& key) {
    // The keys of each open object; an array has none.
    std::vector<std::pair<bool, KeySet>> open;
    std::deque<std::string> decoded;  // owns the keys that are written with escapes
    while (true) {
      skip_space();
      if (at_ >= text_.size()) return std::string::npos;
      const char c = text_[at_];
      if (c == '{' || c == '[') {
        open.emplace_back(c == '{', KeySet());
        ++at_;
        expect_key_ = c == '{';
        continue;
      }
      if (c == '}' || c == ']') {
        if (!open.empty()) open.pop_back();
        ++at_;
        expect_key_ = !open.empty() && open.back().first;
        continue;
      }
      if (c == '"') {
        const std::size_t start = at_;
        const std::string_view value = read_string();
        if (!open.empty() && open.back().first && expect_key_) {
          const bool escaped = value.find('\\') != std::string_view::npos;
          const std::string_view plain = escaped ? decoded.emplace_back(plain_key(value)) : value;
          if (!open.back().second.insert(plain)) {
            key = std::string(plain);
            return start;
          }
          expect_key_ = false;
          continue;
        }
      } else {
        skip_value();
      }
      expect_key_ = !open.empty() && open.back().first;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool expect_key_ = false;
};

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view name) {
  const std::string shown = name.empty() ? "JSON" : std::string(name);
  try {
    // Strings with bad UTF-8 are repaired, not refused: agents and evaluators write what they like.
    const std::string clean = repair_utf8(text);
    if (const std::size_t offset = too_deep(clean); offset != std::string::npos) {
      return fail(Error(ErrorCode::misconfigured, fmt::format("nested deeper than {} levels", k_max_depth))
                      .at(text_place(clean, shown, offset)));
    }
    Json value = Json::parse(clean);
    std::string key;
    if (const std::size_t offset = Locator(clean).duplicate_key(key); offset != std::string::npos) {
      return fail(Error(ErrorCode::misconfigured,
                        fmt::format("the key \"{}\" stands twice", clip(printable(key), 60)))
                      .at(text_place(clean, shown, offset)));
    }
    return value;
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t offset = error.byte > 0 ? error.byte - 1 : 0;
    const std::string_view rest = text.substr(std::min(offset >= 2 ? offset - 2 : 0, text.size()));
    std::string message = "not valid JSON: " + plain_message(error.what());
    for (const std::string_view token : {"NaN", "Infinity", "nan", "inf"}) {
      if (rest.substr(0, token.size() + 3).find(token.substr(0, 2)) != std::string_view::npos) {
        message = "not valid JSON: NaN and Infinity are not JSON numbers";
      }
    }
    return fail(Error(ErrorCode::misconfigured, message).at(text_place(text, shown, offset)));
  } catch (const nlohmann::json::exception& error) {
    // out_of_range: a number like 1e999 that no double can hold.
    return fail(
        Error(ErrorCode::misconfigured, fmt::format("not valid JSON: {}", plain_message(error.what())))
            .at(shown));
  }
}

Result<Json> read_json(const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path, 64u << 20));
  return parse_json(text, path);
}

std::string to_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}
std::string to_pretty(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string json_place(std::string_view text, std::string_view name, std::string_view pointer) {
  std::vector<std::string> path;
  while (!pointer.empty() && pointer.front() == '/') {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    path.push_back(replace_all(replace_all(std::string(pointer.substr(0, end)), "~1", "/"), "~0", "~"));
    pointer.remove_prefix(end);
  }
  return text_place(text, name, Locator(text).find(path));
}

std::string text_of(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json or_null(const std::string& value) {
  return value.empty() ? Json(nullptr) : Json(value);
}

}  // namespace leanlab

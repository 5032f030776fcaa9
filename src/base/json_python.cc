// Brings what Python writes into JSON's own form, token by token, and parses that.
#include "base/json_python.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace leanlab {

namespace {

constexpr std::string_view k_replacement = "\\ufffd";

/// The value of the four digits behind "\u" at the front of `text`; none when that is not what stands there.
std::optional<unsigned> code_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(2, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}
bool is_high(std::optional<unsigned> unit) {
  return unit && *unit >= 0xD800 && *unit < 0xDC00;
}
bool is_low(std::optional<unsigned> unit) {
  return unit && *unit >= 0xDC00 && *unit < 0xE000;
}

/// Copies the escape at the front of `text`; the number of its bytes.
std::size_t copy_escape(std::string_view text, std::string& to) {
  const auto unit = code_unit(text);
  std::size_t size = std::min<std::size_t>(unit ? 6 : 2, text.size());
  if (is_high(unit) && is_low(code_unit(text.substr(6)))) size = 12;
  const bool lone = size == 6 && (is_high(unit) || is_low(unit));
  to += lone ? k_replacement : text.substr(0, size);
  return size;
}

/// Copies the string that begins at the front of `text`; the number of its bytes.
std::size_t copy_string(std::string_view text, std::string& to) {
  std::size_t at = 1;
  to += '"';
  while (at < text.size() && text[at] != '"') {
    if (text[at] == '\\') {
      at += copy_escape(text.substr(at), to);
    } else {
      to += text[at++];
    }
  }
  if (at >= text.size()) return text.size();
  to += '"';
  return at + 1;
}

/// Copies a number or a bare word; the number of its bytes.
std::size_t copy_word(std::string_view text, std::string& to) {
  const std::size_t size = std::min(text.find_first_of(" \t\r\n,:[]{}\""), text.size());
  const std::string word(text.substr(0, size));
  const bool no_number = word == "NaN" || word == "Infinity" || word == "-Infinity";
  const bool digits = word.find_first_not_of("+-.0123456789eE") == std::string::npos;
  to += no_number || (digits && std::isinf(std::strtod(word.c_str(), nullptr))) ? "null" : word;
  return size;
}

std::string plain(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    std::size_t size = 1;
    if (text[0] == '"') {
      size = copy_string(text, result);
    } else if (std::string_view(" \t\r\n,:[]{}").find(text[0]) == std::string_view::npos) {
      size = copy_word(text, result);
    } else {
      result += text[0];
    }
    text.remove_prefix(size);
  }
  return result;
}

/// Which of the keys of one object count: nlohmann keeps the last value of equal ones.
std::optional<Json> parse_leniently(const std::string& text) {
  Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? std::nullopt : std::optional<Json>(std::move(value));
}

}  // namespace

Result<Json> parse_python_json(std::string_view text, std::string_view name) {
  const std::string clean = plain(repair_utf8(text));
  auto strict = parse_json(clean, name);
  if (strict || strict.error().message.find("stands twice") == std::string::npos) return strict;
  if (auto value = parse_leniently(clean)) return std::move(*value);
  return strict;
}

}  // namespace leanlab

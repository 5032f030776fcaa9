// Literal, numbers: lexing and spelling with separators, bases, exponents and suffixes.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "agent/tunables/literal.h"

namespace leanlab::agent {
namespace {

bool digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
constexpr std::array<std::string_view, 28> k_suffixes = {
    "",   "f",  "l",  "u",   "d",   "m",   "z",  "n",   "j",   "ul",  "lu",  "ll",  "ull",   "llu",
    "uz", "zu", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "isize", "usize"};

bool known_suffix(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text.starts_with('_')) text.erase(0, 1);
  return std::find(k_suffixes.begin(), k_suffixes.end(), text) != k_suffixes.end();
}

int base_of(std::string_view prefix) {
  if (prefix.empty()) return 10;
  const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(prefix[1])));
  return c == 'x' ? 16 : c == 'b' ? 2 : 8;
}

/// Reads one number that begins at `at` (behind a sign).
class Lexer {
 public:
  Lexer(std::string_view code, std::size_t at) : code_(code), at_(at) {}

  std::optional<NumberToken> read() {
    NumberToken token;
    token.begin = at_;
    if (peek() == '0' && std::string_view("xXbBoO").find(peek(1)) != std::string_view::npos &&
        std::isxdigit(static_cast<unsigned char>(peek(2)))) {
      if (!whole(token)) return std::nullopt;
    } else if (!decimal(token)) {
      return std::nullopt;
    }
    const std::size_t suffix = at_;
    while (at_ < code_.size() && is_word_char(code_[at_])) ++at_;
    token.style.suffix = code_.substr(suffix, at_ - suffix);
    if (!known_suffix(token.style.suffix) || (peek() == '.' && digit(peek(1)))) return std::nullopt;
    token.end = at_;
    return token;
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < code_.size() ? code_[at_ + ahead] : '\0';
  }

  bool whole(NumberToken& token) {
    token.style.prefix = code_.substr(at_, 2);
    at_ += 2;
    const int base = base_of(token.style.prefix);
    std::string digits = run(token.style, [base](char c) {
      return base == 16 ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : c >= '0' && c < '0' + base;
    });
    token.style.upper_digits =
        std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    token.value = static_cast<double>(value);
    return problem == std::errc() && !digits.empty() && value <= (1ULL << 53);
  }

  bool decimal(NumberToken& token) {
    NumberStyle& style = token.style;
    std::string text = run(style, digit);
    // "010" is eight in some languages and ten in others.
    if (text.size() > 1 && text[0] == '0') return false;
    const bool leading = !text.empty();
    if (peek() == '.' && peek(1) != '.' && (leading || digit(peek(1))) &&
        !std::isalpha(static_cast<unsigned char>(peek(1)))) {
      style.point = true;
      ++at_;
      text += '.' + run(style, digit);
    }
    if (!leading && text.size() < 2) return false;
    const std::size_t skip = peek(1) == '-' || peek(1) == '+' ? 2 : 1;
    if (std::string_view("eEdD").find(peek()) != std::string_view::npos && peek() != 0 && digit(peek(skip))) {
      style.exponent = peek();
      text += 'e';
      if (skip == 2) text += peek(1);
      at_ += skip;
      text += run(style, digit);
    }
    const auto value = plain_number(text.starts_with('.') ? "0" + text
                                    : text.ends_with('.') ? text + "0"
                                                          : text);
    token.value = value.value_or(0);
    return value.has_value();
  }

  template <class Accept>
  std::string run(NumberStyle& style, Accept accept) {
    std::string digits;
    for (;;) {
      if (at_ < code_.size() && accept(code_[at_])) {
        digits += code_[at_++];
      } else if (!digits.empty() && (peek() == '_' || peek() == '\'') && accept(peek(1)) &&
                 (style.separator == 0 || style.separator == peek())) {
        style.separator = peek();
        ++at_;
      } else {
        return digits;
      }
    }
  }

  std::string_view code_;
  std::size_t at_;
};

std::string grouped(std::string digits, char separator, std::size_t size) {
  if (separator == 0) return digits;
  for (std::size_t at = digits.size(); at > size;) digits.insert(at -= size, 1, separator);
  return digits;
}

/// Shortest digits in scientific form, taken apart: "1.25e-07" is {"125", -7}.
struct Digits {
  std::string digits;
  int exponent = 0;
};
Digits shortest(double value) {
  std::array<char, 40> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
  const std::string_view all(text.data(), static_cast<std::size_t>(end - text.data()));
  const std::size_t e = all.find('e');
  Digits result{std::string(all.substr(0, e)), 0};
  std::erase(result.digits, '.');
  std::string_view exponent = all.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), result.exponent);
  return result;
}

std::string scientific(const NumberStyle& style, const Digits& d, char letter) {
  std::string text(1, d.digits[0]);
  if (d.digits.size() > 1) {
    text += "." + d.digits.substr(1);
  } else if (style.point) {
    text += ".0";
  }
  return text + letter + std::to_string(d.exponent);
}

std::string fixed(const NumberStyle& style, const Digits& d) {
  const auto count = static_cast<int>(d.digits.size());
  std::string whole = "0", fraction;
  if (d.exponent < 0) {
    fraction = std::string(static_cast<std::size_t>(-d.exponent - 1), '0') + d.digits;
  } else if (d.exponent + 1 >= count) {
    whole = d.digits + std::string(static_cast<std::size_t>(d.exponent + 1 - count), '0');
  } else {
    whole = d.digits.substr(0, static_cast<std::size_t>(d.exponent) + 1);
    fraction = d.digits.substr(static_cast<std::size_t>(d.exponent) + 1);
  }
  if (fraction.find_first_not_of('0') == std::string::npos) fraction.clear();
  whole = grouped(whole, style.separator, 3);
  if (!fraction.empty()) return whole + "." + fraction;
  return style.point ? whole + ".0" : whole;
}

}  // namespace

std::vector<NumberToken> find_numbers(std::string_view code) {
  std::vector<NumberToken> found;
  for (std::size_t at = 0; at < code.size();) {
    const char before = at > 0 ? code[at - 1] : ' ';
    const bool starts = digit(code[at]) || (code[at] == '.' && at + 1 < code.size() && digit(code[at + 1]));
    // Neither inside a word ("x2"), nor a member ("t.0").
    if (!starts || is_word_char(before) || before == '.' ||
        (code[at] == '.' && (before == ')' || before == ']'))) {
      ++at;
      continue;
    }
    auto token = Lexer(code, at).read();
    if (!token) {
      while (at < code.size() && (is_word_char(code[at]) || code[at] == '.')) ++at;
      continue;
    }
    const std::size_t end = token->end;
    if (before == '-' || before == '+') {
      const char earlier = at > 1 ? code[at - 2] : ' ';
      if (std::string_view(" \t=([{,:<>?&|*/%!~^;\"'`").find(earlier) != std::string_view::npos) {
        token->begin = at - 1;
        if (before == '-') token->value = -token->value;
      }
    }
    found.push_back(std::move(*token));
    at = end;
  }
  return found;
}

std::string format_number(const NumberStyle& style, double value) {
  const std::string sign = value < 0 ? "-" : "";
  value = std::abs(value);
  const bool whole = value == std::floor(value) && value <= 0x1p53;
  if (!style.prefix.empty() && whole) {
    const auto n = static_cast<std::uint64_t>(value);
    const int base = base_of(style.prefix);
    std::string digits = base == 2            ? fmt::format("{:b}", n)
                         : base == 8          ? fmt::format("{:o}", n)
                         : style.upper_digits ? fmt::format("{:X}", n)
                                              : fmt::format("{:x}", n);
    return sign + style.prefix + grouped(std::move(digits), style.separator, base == 8 ? 3 : 4) +
           style.suffix;
  }
  if (value == 0)
    return (style.point           ? "0.0"
            : style.exponent != 0 ? std::string("0") + style.exponent + "0"
                                  : "0") +
           style.suffix;
  const Digits d = shortest(value);
  if (style.exponent != 0) return sign + scientific(style, d, style.exponent) + style.suffix;
  // Fixed as long as it stays readable: some readers of YAML take "1e-05" for a text.
  if (d.exponent >= -12 && d.exponent <= 16) return sign + fixed(style, d) + style.suffix;
  return sign + scientific(style, d, 'e') + style.suffix;
}

}  // namespace leanlab::agent

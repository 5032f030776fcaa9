// Walks over rows as nearly everybody writes them, and leaves all others to the importer: so both always agree.
#include "lab/row_glance.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

#include "base/strings.h"
#include "lab/results_file.h"

namespace leanlab::lab {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// One line that is a plain JSON object. Python's NaN and infinities are plain here; the last of two equal keys counts.
class PlainRow {
 public:
  PlainRow(std::string_view text, std::string_view metric) : text_(text), metric_(metric) {}

  /// False: it is not plain, which does not mean that it is no row.
  bool read() {
    if (peek() != '{' || !object(0) || at_ != text_.size()) return false;
    found_.is_row = true;
    return true;
  }
  [[nodiscard]] const RowGlance& found() const { return found_; }

 private:
  // Deeper ones exist, but not in rows.
  static constexpr std::size_t k_most_depth = 16;

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n'))
      ++at_;
  }
  bool digits() {
    const std::size_t from = at_;
    while (is_digit(peek())) ++at_;
    return at_ > from;
  }

  bool string(std::string_view& written) {
    if (!take('"')) return false;
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      if (text_[at_++] == '\\' && !escape()) return false;
    }
    written = text_.substr(from, at_ - from);
    return take('"');
  }
  bool escape() {
    const char c = peek();
    ++at_;
    if (c != 'u') return c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (const std::size_t end = at_ + 4; at_ < end; ++at_) {
      const char digit = peek();
      if (!is_digit(digit) && !(digit >= 'a' && digit <= 'f') && !(digit >= 'A' && digit <= 'F'))
        return false;
    }
    return true;
  }

  bool number() {
    take('-');
    if (take("Infinity")) return true;
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('-')) take('+');
    return digits();
  }

  bool value(std::size_t depth) {
    if (depth > k_most_depth) return false;
    std::string_view ignored;
    switch (peek()) {
      case '"':
        return string(ignored);
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case 't':
        return take("true");
      case 'f':
        return take("false");
      case 'n':
        return take("null");
      case 'N':
        return take("NaN");
      default:
        return number();
    }
  }
  bool array(std::size_t depth) {
    ++at_;
    skip_space();
    if (take(']')) return true;
    do {
      skip_space();
      if (!value(depth + 1)) return false;
      skip_space();
    } while (take(','));
    return take(']');
  }
  bool object(std::size_t depth) {
    ++at_;
    skip_space();
    if (take('}')) return true;
    do {
      skip_space();
      std::string_view key;
      if (!string(key)) return false;
      skip_space();
      if (!take(':')) return false;
      skip_space();
      const std::size_t from = at_;
      if (!value(depth + 1)) return false;
      if (depth == 0 && !note(key, text_.substr(from, at_ - from))) return false;
      skip_space();
    } while (take(','));
    return take('}');
  }

  bool note(std::string_view key, std::string_view value) {
    if (key.find('\\') != std::string_view::npos) return false;  // it may be one of ours in disguise
    if (key == metric_ && !number_of(value, found_.value)) return false;
    return key != "best_so_far" || number_of(value, found_.best_so_far);
  }
  static bool number_of(std::string_view value, std::optional<double>& target) {
    target.reset();
    const std::string_view unsigned_part = value.substr(value[0] == '-' ? 1 : 0);
    if (!is_digit(unsigned_part[0])) return true;
    double parsed = 0;
    // Too large or too small for a double: the importer has its rules for those.
    if (std::from_chars(value.data(), value.data() + value.size(), parsed).ec != std::errc()) return false;
    target = value == "-0" ? 0.0 : parsed;  // a whole number has no negative zero
    return true;
  }

  std::string_view text_, metric_;
  std::size_t at_ = 0;
  RowGlance found_;
};

}  // namespace

RowGlance glance_at_row(std::string_view line, const Objective& objective) {
  const std::string_view text = trim(line);
  // Bytes that are no UTF-8 are read as U+FFFD: where the metric's name has one, only the importer can tell.
  const bool readable = objective.metric.find("\xEF\xBF\xBD") == std::string::npos;
  if (PlainRow row(text, objective.metric.c_str()); readable && row.read()) return row.found();
  RowGlance found;
  if (const auto imported = import_row(repair_utf8(text), {}, objective)) {
    found.is_row = true;
    found.value = imported->value;
    found.best_so_far = imported->best_so_far;
  }
  return found;
}

}  // namespace leanlab::lab

// Directive: finds `tune:` behind any usual comment marker, and parses what follows.
#include "agent/tunables/directive.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/strings.h"

namespace leanlab::agent {
bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

namespace {

constexpr std::string_view k_word = "tune:";
constexpr std::size_t k_most_labels = 1000;

bool blank(std::string_view text) {
  return trim(text).empty();
}

struct Marker {
  std::string_view text;
  std::string_view closing;  ///< empty: the comment ends with the line
};
constexpr std::array<Marker, 9> k_markers = {{{"<!--", "-->"},
                                              {"//", ""},
                                              {"/*", "*/"},
                                              {"(*", "*)"},
                                              {"--", ""},
                                              {"#", ""},
                                              {";", ""},
                                              {"%", ""},
                                              {"!", ""}}};

struct Comment {
  std::size_t begin;  ///< of the marker, in the line
  Marker marker;
};

/// The marker right before `at`: its run may be longer and decorated, as in `///`, `//!`, `/**`, `#:`, `;;`.
std::optional<Comment> direct_marker(std::string_view line, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t')) --end;
  const std::string_view before = line.substr(0, end);
  for (const Marker& m : k_markers) {
    std::size_t stop = end;
    const bool decorated = m.text == "//" || m.text == "/*" || m.text == "(*" || m.text == "#";
    while (decorated && stop > 0 &&
           (line[stop - 1] == '!' || line[stop - 1] == ':' || line[stop - 1] == '*' || line[stop - 1] == '<'))
      --stop;
    if (m.text == "/*" || m.text == "(*") stop = std::min(stop + 1, end);
    if (!before.substr(0, stop).ends_with(m.text)) continue;
    std::size_t begin = stop - m.text.size();
    while (begin > 0 && m.closing.empty() && line[begin - 1] == m.text[0]) --begin;
    return Comment{begin, m};
  }
  return std::nullopt;
}

/// A marker with other words between it and `tune:`, as in `# rows per tile, tune: 1..64 int`.
std::optional<Comment> distant_marker(std::string_view line, std::size_t at) {
  char quote = 0;
  for (std::size_t i = 0; i < at; ++i) {
    if (quote != 0) {
      if (line[i] == '\\') {
        ++i;
      } else if (line[i] == quote) {
        quote = 0;
      }
      continue;
    }
    if (line[i] == '"' || line[i] == '\'' || line[i] == '`') {
      if (line.find(line[i], i + 1) < at) quote = line[i];
      continue;
    }
    if (i == 0 || (line[i - 1] != ' ' && line[i - 1] != '\t') || blank(line.substr(0, i))) continue;
    for (const Marker& m : k_markers) {
      if (m.text.size() == 1 && m.text != "#") continue;
      if (line.substr(i).starts_with(m.text)) return Comment{i, m};
    }
  }
  return std::nullopt;
}

/// Reads the text of one directive.
class Parser {
 public:
  Parser(std::string_view source, std::string_view file, std::size_t begin, std::size_t end)
      : source_(source), file_(file), at_(begin), end_(end) {}

  Status parse(Directive& directive) {
    skip();
    directive.offset = at_;
    TRY(domain(directive.domain));
    skip();
    if (take_word("if")) {
      ConditionText text;
      TRY(condition(text));
      directive.condition = std::move(text);
      skip();
    }
    if (at_ < end_) {
      return error(at_, fmt::format("unexpected '{}' in a tune: comment", rest()),
                   "remarks go before `tune:`, a condition reads `if name=value`");
    }
    return {};
  }

 private:
  Status domain(Domain& d) {
    const std::size_t begin = at_;
    if (peek() == '{') {
      d.kind = Domain::Kind::category;
      TRY(list(d.labels));
      if (d.labels.size() < 2) return error(begin, "a list of categories needs at least two");
      return {};
    }
    if (take_word("bool")) {
      d.kind = Domain::Kind::boolean;
      d.labels = {"false", "true"};
      return {};
    }
    TRY(bound(d.low, d.whole_bounds));
    skip();
    if (!source_.substr(at_, end_ - at_).starts_with(".."))
      return error(at_, "expected `..` and the upper bound", k_examples);
    at_ += 2;
    skip();
    TRY(bound(d.high, d.whole_bounds));
    if (d.low > d.high) return error(begin, "the range is empty: its lower bound is above its upper bound");
    return flags(d, begin);
  }

  Status flags(Domain& d, std::size_t begin) {
    for (;;) {
      skip();
      if (take_word("int")) {
        d.number = Domain::Number::whole;
      } else if (take_word("real") || take_word("float")) {
        d.number = Domain::Number::real;
      } else if (take_word("log")) {
        d.scale = search::Scale::log;
      } else {
        break;
      }
    }
    if (d.number == Domain::Number::whole && !d.whole_bounds)
      return error(begin, "an int range needs whole bounds");
    if (d.scale == search::Scale::log && d.low <= 0)
      return error(begin, "a log range needs a lower bound above 0");
    return {};
  }

  Status bound(double& value, bool& whole) {
    const std::size_t begin = at_;
    while (at_ < end_ && (is_word_char(source_[at_]) || source_[at_] == '-' || source_[at_] == '+' ||
                          (source_[at_] == '.' && at_ + 1 < end_ && source_[at_ + 1] != '.'))) {
      ++at_;
    }
    std::string digits(source_.substr(begin, at_ - begin));
    std::erase(digits, '_');
    const auto number = plain_number(digits);
    if (!number) return error(begin, "a tune: comment must begin with a domain", k_examples);
    value = *number;
    whole = whole && digits.find_first_of(".eE") == std::string::npos;
    if (value == std::floor(value) && std::abs(value) > 0x1p53)
      return error(begin, "a bound is too large: at most 2^53");
    return {};
  }

  Status list(std::vector<std::string>& items) {
    const std::size_t open = at_++;
    for (;;) {
      skip();
      const std::size_t begin = at_;
      std::string item;
      if (peek() == '"' || peek() == '\'') {
        const std::size_t close = source_.find(peek(), at_ + 1);
        if (close >= end_) return error(begin, "this quote is not closed");
        item = source_.substr(at_ + 1, close - at_ - 1);
        at_ = close + 1;
        skip();
      } else {
        while (at_ < end_ && peek() != ',' && peek() != '}') ++at_;
        item = trim(source_.substr(begin, at_ - begin));
      }
      if (item.empty()) return error(begin, "an empty category");
      if (std::find(items.begin(), items.end(), item) != items.end())
        return error(begin, fmt::format("'{}' stands here twice", item));
      if (items.size() == k_most_labels) return error(begin, "more than 1000 categories");
      items.push_back(std::move(item));
      if (peek() == '}') break;
      if (peek() != ',')
        return error(at_ < end_ ? at_ : open, "this list is not closed: expected `,` or `}`");
      ++at_;
    }
    ++at_;
    return {};
  }

  Status condition(ConditionText& text) {
    skip();
    if (take_word("not")) text.negated = true;
    skip();
    text.offset = at_;
    while (at_ < end_ && is_word_char(peek())) ++at_;
    text.name = source_.substr(text.offset, at_ - text.offset);
    if (text.name.empty()) return error(text.offset, "expected the name of another tunable after `if`");
    skip();
    if (at_ == end_) return {};
    if (take_word("in")) {
      skip();
      if (peek() != '{') return error(at_, "expected `{` after `in`");
      return list(text.values);
    }
    if (peek() != '=') return error(at_, "expected `=`, `in {...}` or nothing after the name");
    while (at_ < end_ && peek() == '=') ++at_;
    skip();
    const std::size_t begin = at_;
    std::string_view value = trim(source_.substr(begin, end_ - begin));
    if (value.size() > 1 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
      value = value.substr(1, value.size() - 2);
    if (value.empty()) return error(begin, "expected a value after `=`");
    text.values.emplace_back(value);
    at_ = end_;
    return {};
  }

  [[nodiscard]] char peek() const { return at_ < end_ ? source_[at_] : '\0'; }
  [[nodiscard]] std::string rest() const {
    return printable(clip(trim(source_.substr(at_, end_ - at_)), 30));
  }
  void skip() {
    while (at_ < end_ && (source_[at_] == ' ' || source_[at_] == '\t')) ++at_;
  }
  bool take_word(std::string_view word) {
    const std::string_view left = source_.substr(at_, end_ - at_);
    if (!left.starts_with(word) || (left.size() > word.size() && is_word_char(left[word.size()])))
      return false;
    at_ += word.size();
    return true;
  }
  [[nodiscard]] Status error(std::size_t offset, std::string what, const char* next = "") const {
    return fail(
        Error(ErrorCode::misconfigured, std::move(what)).at(text_place(source_, file_, offset)).then(next));
  }

  static constexpr const char* k_examples =
      "write `tune: 1..64 int log`, `tune: 0.001..1.0 log`, `tune: {a, b, c}` or `tune: bool`";
  std::string_view source_;
  std::string_view file_;
  std::size_t at_;
  std::size_t end_;
};

/// Code that the same kind of comment switches off.
bool commented_out(std::string_view code, std::string_view marker) {
  code = trim(code);
  if (marker == "/*") return code.starts_with("//") || code.starts_with("*") || code.starts_with("/*");
  return code.starts_with(marker);
}

Status scan_line(std::string_view source, std::string_view file, std::size_t begin, std::size_t end,
                 std::vector<Directive>& found) {
  const std::string_view line = source.substr(begin, end - begin);
  std::size_t code = 0;
  for (std::size_t at = line.find(k_word); at != std::string_view::npos; at = line.find(k_word, at + 1)) {
    if (at < code || (at > 0 && is_word_char(line[at - 1]))) continue;
    auto comment = direct_marker(line, at);
    if (!comment) comment = distant_marker(line, at);
    if (!comment || comment->begin < code) continue;
    const std::string_view before = line.substr(code, comment->begin - code);
    if (blank(before) || commented_out(before, comment->marker.text)) continue;
    std::size_t close = line.size();
    std::size_t next = line.size();
    if (!comment->marker.closing.empty()) {
      close = std::min(line.find(comment->marker.closing, at), line.size());
      next = std::min(close + comment->marker.closing.size(), line.size());
    }
    const std::string_view text = line.substr(0, close);
    Directive directive;
    directive.code_begin = begin + code;
    directive.code_end = begin + comment->begin;
    directive.marker = comment->marker.text;
    const std::size_t last = text.find_last_not_of(" \t\r") + 1;
    TRY(Parser(source, file, begin + at + k_word.size(), begin + std::max(last, at + k_word.size()))
            .parse(directive));
    found.push_back(std::move(directive));
    code = next;
  }
  return {};
}

}  // namespace

std::optional<double> plain_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

Result<std::vector<Directive>> find_directives(std::string_view source, std::string_view file) {
  std::vector<Directive> found;
  std::size_t begin = 0;
  while (begin < source.size()) {
    const std::size_t end = std::min(source.find('\n', begin), source.size());
    TRY(scan_line(source, file, begin, end, found));
    begin = end + 1;
  }
  return found;
}

}  // namespace leanlab::agent

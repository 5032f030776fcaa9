// Literal: which token of a line is the tunable one, how each value is written there, and what it is called.
#include "agent/tunables/literal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "base/strings.h"

namespace leanlab::agent {
namespace {

/// The inside of a quoted text.
struct Quoted {
  std::size_t begin, end;
};

/// Quoted texts of the code. A quote without a partner is an apostrophe, and one inside a number separates digits.
std::vector<Quoted> find_quoted(std::string_view code) {
  std::vector<Quoted> found;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char quote = code[i];
    if (quote != '"' && quote != '\'' && quote != '`') continue;
    if (quote == '\'' && i > 0 && std::isxdigit(static_cast<unsigned char>(code[i - 1])) &&
        i + 1 < code.size() && std::isxdigit(static_cast<unsigned char>(code[i + 1])) &&
        code.find('\'', i + 1) == std::string_view::npos) {
      continue;
    }
    std::size_t close = i + 1;
    while (close < code.size() && code[close] != quote) close += code[close] == '\\' ? 2 : 1;
    if (close >= code.size()) continue;
    found.push_back({i + 1, close});
    i = close;
  }
  return found;
}

bool inside(const std::vector<Quoted>& quoted, std::size_t begin, std::size_t end) {
  return std::any_of(quoted.begin(), quoted.end(),
                     [&](const Quoted& q) { return begin >= q.begin && end <= q.end; });
}
bool whole_quote(const std::vector<Quoted>& quoted, std::size_t begin, std::size_t end) {
  return std::any_of(quoted.begin(), quoted.end(),
                     [&](const Quoted& q) { return begin == q.begin && end == q.end; });
}

/// Later is better; of two that end together the longer one.
bool better(const Literal& candidate, const std::optional<Literal>& best) {
  if (!best) return true;
  return candidate.end != best->end ? candidate.end > best->end : candidate.begin < best->begin;
}

/// Literals outside quotes, or that are a whole quoted text, come before those that are a part of a text.
class Choice {
 public:
  explicit Choice(std::string_view code) : quoted_(find_quoted(code)) {}
  void offer(Literal candidate) {
    const bool part = inside(quoted_, candidate.begin, candidate.end) &&
                      !whole_quote(quoted_, candidate.begin, candidate.end);
    auto& best = part ? inner_ : outer_;
    if (better(candidate, best)) best = std::move(candidate);
  }
  [[nodiscard]] std::optional<Literal> take() { return outer_ ? std::move(outer_) : std::move(inner_); }

 private:
  std::vector<Quoted> quoted_;
  std::optional<Literal> outer_, inner_;
};

/// Where `text` stands in `code` as a word of its own (or a list of flags of its own).
template <class Found>
void each_word(std::string_view code, std::string_view text, Found found) {
  const auto joins_left = [](char c) { return is_word_char(c) || c == '-' || c == '.'; };
  const auto joins_right = [](char c) {
    return is_word_char(c) || c == '-' || c == '.' || c == '=' || c == '+';
  };
  for (std::size_t at = code.find(text); at != std::string_view::npos; at = code.find(text, at + 1)) {
    const std::size_t end = at + text.size();
    if (at > 0 && joins_left(code[at - 1])) continue;
    // A full stop at the very end closes a statement or is a part of ".true.".
    if (end < code.size() && joins_right(code[end]) && !(code[end] == '.' && end + 1 == code.size()))
      continue;
    found(at, end);
  }
}

std::optional<Literal> find_number(std::string_view code, const Domain& domain) {
  Choice choice(code);
  for (NumberToken& token : find_numbers(code)) {
    if (token.value < domain.low || token.value > domain.high) continue;
    if (domain.number == Domain::Number::whole && token.value != std::floor(token.value)) continue;
    choice.offer({token.begin, token.end, token.value, std::move(token.style), {}});
  }
  return choice.take();
}

std::optional<Literal> find_category(std::string_view code, const Domain& domain) {
  Choice choice(code);
  bool numbers = true;
  for (std::size_t k = 0; k < domain.labels.size(); ++k) {
    each_word(code, domain.labels[k], [&](std::size_t begin, std::size_t end) {
      choice.offer({begin, end, static_cast<double>(k), std::nullopt, domain.labels});
    });
    numbers = numbers && plain_number(domain.labels[k]).has_value();
  }
  if (!numbers) return choice.take();
  // Numbers with a suffix or in another spelling: "16u" for {8, 16, 32}.
  for (NumberToken& token : find_numbers(code)) {
    for (std::size_t k = 0; k < domain.labels.size(); ++k) {
      if (*plain_number(domain.labels[k]) != token.value) continue;
      Literal literal{token.begin, token.end, static_cast<double>(k), std::nullopt, {}};
      const NumberStyle& s = token.style;
      const bool plain = s.suffix.empty() && s.prefix.empty() && s.separator == 0;
      for (const std::string& label : domain.labels)
        literal.texts.push_back(plain ? label : format_number(s, *plain_number(label)));
      choice.offer(std::move(literal));
    }
  }
  return choice.take();
}

std::optional<Literal> find_boolean(std::string_view code) {
  static constexpr std::array<std::array<std::string_view, 2>, 14> k_pairs = {{{"false", "true"},
                                                                               {"False", "True"},
                                                                               {"FALSE", "TRUE"},
                                                                               {".false.", ".true."},
                                                                               {".FALSE.", ".TRUE."},
                                                                               {"no", "yes"},
                                                                               {"No", "Yes"},
                                                                               {"NO", "YES"},
                                                                               {"off", "on"},
                                                                               {"Off", "On"},
                                                                               {"OFF", "ON"},
                                                                               {"0", "1"},
                                                                               {"#f", "#t"},
                                                                               {"nil", "t"}}};
  Choice choice(code);
  for (const auto& pair : k_pairs) {
    for (std::size_t k = 0; k < 2; ++k) {
      each_word(code, pair[k], [&](std::size_t begin, std::size_t end) {
        choice.offer(
            {begin, end, static_cast<double>(k), std::nullopt, {std::string(pair[0]), std::string(pair[1])}});
      });
    }
  }
  return choice.take();
}

/// The identifier that `text` ends with, behind blanks, closing brackets and quotes.
std::string last_identifier(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && std::string_view(" \t\"'`])*").find(text[end - 1]) != std::string_view::npos) --end;
  std::size_t begin = end;
  while (begin > 0 && is_word_char(text[begin - 1])) --begin;
  const std::string_view word = text.substr(begin, end - begin);
  if (word.empty() || std::isdigit(static_cast<unsigned char>(word[0])) != 0) return "";
  return std::string(word);
}

/// Length of the assignment operator that ends before `end`: "=", ":=", "<-", "=>", ":". 0 if there is none.
std::size_t assignment_before(std::string_view code, std::size_t end) {
  const char c = code[end - 1];
  const char before = end > 1 ? code[end - 2] : ' ';
  const char after = end < code.size() ? code[end] : ' ';
  if (c == '>' && before == '=') return 2;
  if (c == '-' && before == '<' && after != '-') return 2;
  if (c == '=') {
    if (after == '=' || after == '>' || std::string_view("=!<>").find(before) != std::string_view::npos)
      return 0;
    return before == ':' ? 2 : 1;
  }
  if (c == ':') return before == ':' || after == ':' || after == '=' ? 0 : 1;
  return 0;
}

/// For "name: type =" the name rather than the type.
std::string before_type(std::string_view text) {
  for (std::size_t i = text.size(); i-- > 1;) {
    const char c = text[i];
    if (c == ':' && text[i - 1] == ':') {
      --i;
      continue;
    }
    if (c == ':' && (i + 1 == text.size() || text[i + 1] != ':')) return last_identifier(text.substr(0, i));
    if (!is_word_char(c) && std::string_view(" \t<>[]*&").find(c) == std::string_view::npos) break;
  }
  return "";
}

}  // namespace

std::optional<Literal> find_literal(std::string_view code, const Domain& domain) {
  switch (domain.kind) {
    case Domain::Kind::number:
      return find_number(code, domain);
    case Domain::Kind::category:
      return find_category(code, domain);
    case Domain::Kind::boolean:
      return find_boolean(code);
  }
  return std::nullopt;
}

std::string spell(const Literal& literal, double value) {
  if (!literal.texts.empty()) return literal.texts[static_cast<std::size_t>(value)];
  return format_number(literal.style.value_or(NumberStyle{}), value);
}

std::string assigned_name(std::string_view code, std::size_t begin) {
  const std::string_view before = code.substr(0, begin);
  if (const std::size_t at = before.rfind("define");
      at != std::string_view::npos && at > 0 && before[at - 1] == '#') {
    std::string_view rest = trim(before.substr(at + 6));
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_word_char);
    if (end != rest.begin()) return std::string(rest.begin(), end);
  }
  for (std::size_t end = before.size(); end > 0; --end) {
    const std::size_t length = assignment_before(code, end);
    if (length == 0) continue;
    const std::string_view left = before.substr(0, end - length);
    if (code[end - 1] == '=') {
      if (std::string name = before_type(left); !name.empty()) return name;
    }
    if (std::string name = last_identifier(left); !name.empty()) return name;
  }
  for (std::size_t end = before.size(); end > 0; --end) {
    if (!is_word_char(before[end - 1])) continue;
    if (std::string name = last_identifier(before.substr(0, end)); !name.empty()) return name;
    while (end > 1 && is_word_char(before[end - 2])) --end;
  }
  return "";
}

}  // namespace leanlab::agent

// Directive: a trailing `tune:` comment and what it says: the domain of the literal before it, and when it counts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "search/space.h"

namespace leanlab::agent {

/// The values that a literal may take.
struct Domain {
  enum class Kind { number, category, boolean } kind = Kind::number;
  /// What was asked for; `open` is whole when both bounds and the literal are written so.
  enum class Number { whole, real, open } number = Number::open;
  double low = 0, high = 1;
  bool whole_bounds = true;
  search::Scale scale = search::Scale::linear;
  std::vector<std::string> labels;  ///< of a category; {"false", "true"} for a boolean
};

/// `if depth=3`, `if kind in {a, b}`, `if fast`, `if not fast`: still text, since the other tunable may come later.
struct ConditionText {
  std::string name;
  std::vector<std::string> values;  ///< empty: a flag
  bool negated = false;
  std::size_t offset = 0;  ///< in the source, for errors
};

struct Directive {
  Domain domain;
  std::optional<ConditionText> condition;
  std::size_t code_begin = 0, code_end = 0;  ///< the part of the line that holds the literal
  std::size_t offset = 0;                    ///< where the domain begins
  std::string marker;                        ///< what opens the comment: "#", "//", "/*", ...
};

/// All directives of a source, in its order. A line without code before its comment is prose and does not count, nor does
/// code that is itself commented out. Errors: misconfigured, with line and caret.
[[nodiscard]] Result<std::vector<Directive>> find_directives(std::string_view source, std::string_view file);

/// The whole of `text` as a number: sign, digits, fraction, exponent; none if it is anything else.
[[nodiscard]] std::optional<double> plain_number(std::string_view text);

/// A letter, a digit or an underscore: what names are made of.
[[nodiscard]] bool is_word_char(char c);

}  // namespace leanlab::agent

// Literal: a value written in source code of any language: finding it, and writing another one in the same style.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tunables/directive.h"

namespace leanlab::agent {

/// How a number is spelt.
struct NumberStyle {
  std::string prefix;         ///< "0x", "0b", "0o" or nothing, as written
  char separator = 0;         ///< between groups of digits: ' or _
  bool point = false;         ///< "1.0", "1.", ".5"
  char exponent = 0;          ///< e, E, d or D
  std::string suffix;         ///< "f", "u", "ULL", "_i32", ...
  bool upper_digits = false;  ///< hexadecimal
};

/// A number token in code.
struct NumberToken {
  std::size_t begin = 0, end = 0;  ///< sign and suffix included
  double value = 0;
  NumberStyle style;
};

/// All numbers of `code`, offsets relative to it. A sign belongs to the number where no operand stands before it.
[[nodiscard]] std::vector<NumberToken> find_numbers(std::string_view code);
/// `value` spelt like that; reads back as the same double. A value that is not whole gets a decimal point whatever the style.
[[nodiscard]] std::string format_number(const NumberStyle& style, double value);

/// The place of a literal and how to write each value there.
struct Literal {
  std::size_t begin = 0, end = 0;    ///< relative to the code
  double value = 0;                  ///< the number, or the label's index
  std::optional<NumberStyle> style;  ///< numbers, and categories that are written as numbers
  std::vector<std::string> texts;    ///< categories and booleans: how each is written
};

/// The last literal of `code` that fits the domain; none if there is none.
[[nodiscard]] std::optional<Literal> find_literal(std::string_view code, const Domain& domain);
/// The text that puts `value` in its place.
[[nodiscard]] std::string spell(const Literal& literal, double value);

/// The identifier to which the literal at `begin` is assigned; empty if none can be told.
[[nodiscard]] std::string assigned_name(std::string_view code, std::size_t begin);

}  // namespace leanlab::agent

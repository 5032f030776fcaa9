// Text: splitting as a shell does, suggestions, UTF-8, numbers for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace leanlab {

/// Splits a command into words as sh does: blanks, '…', "…", backslash. No expansion. Errors: misconfigured
/// (unclosed quote).
[[nodiscard]] Result<std::vector<std::string>> split_command(std::string_view command);
/// The reverse, for showing: words quoted where they need it.
[[nodiscard]] std::string join_command(std::span<const std::string> words);

/// The candidate that `word` most likely means, or "" if none is near.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// Valid UTF-8: each bad byte becomes U+FFFD.
[[nodiscard]] std::string repair_utf8(std::string_view text);
/// Columns that the text takes on a terminal (East Asian wide = 2, combining = 0).
[[nodiscard]] std::size_t display_width(std::string_view text);
/// ASCII letters in lower case; all other bytes as they are.
[[nodiscard]] std::string lower_ascii(std::string_view text);

/// At most `columns` wide, with "…" when cut.
[[nodiscard]] std::string clip(std::string_view text, std::size_t columns);
/// Bad UTF-8 repaired and control characters (escape sequences too) shown as "\x1b", newlines kept when
/// `keep_newlines`.
enum class Newlines { keep, escape };
[[nodiscard]] std::string printable(std::string_view text, Newlines newlines = Newlines::escape);
/// JSON text in which what acts on a screen is written as an escape of JSON's: the same value.
[[nodiscard]] std::string json_for_screen(std::string_view json);
/// `text` with every occurrence of `from` replaced.
[[nodiscard]] std::string replace_all(std::string text, std::string_view from, std::string_view to);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split_lines(std::string_view text);

/// Shortest decimal that reads back as the same double: "0.1", "1e-07", "3".
[[nodiscard]] std::string number(double value);
/// For people: six significant digits.
[[nodiscard]] std::string short_number(double value);
/// "12.3 MB".
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);
/// "1 experiment", "2 experiments".
[[nodiscard]] std::string plural(std::uint64_t count, std::string_view noun);

}  // namespace leanlab

// JSON without surprises: parse errors with line and caret, bad UTF-8 repaired, keys in the order they were
// written. Headers include this file only; sources that touch values include <nlohmann/json.hpp> as well.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace leanlab {

using Json = nlohmann::ordered_json;

/// A value from text. `name` is the file shown in errors. Comments are not JSON; NaN, Infinity, a duplicate
/// key and trailing text are errors that say so. Errors: misconfigured, with line, column and caret in
/// `where`.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::string_view name = "");
/// parse_json of a file's content. Errors: io, misconfigured.
[[nodiscard]] Result<Json> read_json(const std::string& path);

/// One line, no spaces, bad UTF-8 replaced by U+FFFD. NaN and infinity become null.
[[nodiscard]] std::string to_line(const Json& value);
/// Indented by two, with a final newline: for files that people read.
[[nodiscard]] std::string to_pretty(const Json& value);

/// The text at `key`; empty where there is none, where it is no text, and where `object` is no object.
[[nodiscard]] std::string text_of(const Json& object, const char* key);
/// A finite number, or null.
[[nodiscard]] Json or_null(const std::optional<double>& value);
/// A text, or null when it is empty.
[[nodiscard]] Json or_null(const std::string& value);

/// Where the value at `pointer` ("/objective/direction") begins in `text`: "lab.json:3:18", the line and a
/// caret. Falls back to the nearest parent that exists. `text` must be valid JSON.
[[nodiscard]] std::string json_place(std::string_view text, std::string_view name, std::string_view pointer);
/// File, line, caret for a byte offset.
[[nodiscard]] std::string text_place(std::string_view text, std::string_view name, std::size_t offset);

}  // namespace leanlab

// JSON as Python's json module writes and reads it, for files that other tools wrote.
#pragma once

#include <string_view>

#include "base/json.h"

namespace leanlab {

/// As parse_json, but NaN, Infinity, -Infinity and numbers that no double can hold are null, a half of a surrogate pair is
/// U+FFFD, and the last of two equal keys counts. Errors: misconfigured.
[[nodiscard]] Result<Json> parse_python_json(std::string_view text, std::string_view name = "");

}  // namespace leanlab

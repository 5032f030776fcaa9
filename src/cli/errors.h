// Errors as people and programs see them: what, where with a caret, while doing what, and the next command to type.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "cli/context.h"

namespace leanlab::cli {

/// Several lines, the last with a newline.
[[nodiscard]] std::string error_text(const Error& error, const ui::Style& style);
/// {error: {code, message, where, next}}; `where` and `next` are null when there is nothing to say.
[[nodiscard]] Json error_json(const Error& error);
/// Shows it as the command line asked: text on stderr, or JSON on stdout.
void report_error(const Error& error, Context& context);

}  // namespace leanlab::cli

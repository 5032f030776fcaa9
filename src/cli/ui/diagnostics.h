// Diagnostics: how base/log's lines look on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "base/log.h"
#include "cli/ui/terminal.h"

namespace leanlab::cli::ui {

/// The line with its mark ("warning:"), control characters escaped, without a newline.
[[nodiscard]] std::string diagnostic_line(const Style& style, LogLevel level, std::string_view text);
/// Sends all diagnostics to `terminal` from now on.
void show_diagnostics_on(const Terminal& terminal);

}  // namespace leanlab::cli::ui

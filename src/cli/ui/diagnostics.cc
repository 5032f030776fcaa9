// Diagnostics: marks and colours.
#include "cli/ui/diagnostics.h"

#include "base/fd.h"
#include "base/strings.h"

namespace leanlab::cli::ui {

std::string diagnostic_line(const Style& style, LogLevel level, std::string_view text) {
  const std::string line = printable(text, Newlines::keep);
  switch (level) {
    case LogLevel::warning:
      return style.bold_yellow("warning:") + " " + line;
    case LogLevel::error:
      return style.bold_red("error:") + " " + line;
    case LogLevel::debug:
      return style.dim(line);
    case LogLevel::info:
      break;
  }
  return line;
}

void show_diagnostics_on(const Terminal& terminal) {
  set_log_sink([terminal](LogLevel level, std::string_view text) {
    // Nobody to tell when stderr is gone.
    static_cast<void>(write_all(terminal.fd, diagnostic_line(terminal.style, level, text) + "\n"));
  });
}

}  // namespace leanlab::cli::ui

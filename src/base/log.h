// Diagnostics for people, on stderr. Data goes to stdout and never through here.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace leanlab {

enum class LogLevel { debug, info, warning, error };

/// What is shown: --quiet shows warnings and errors, --verbose debug too.
void set_log_level(LogLevel lowest);
/// Where lines go; the progress display takes them over so that they appear above its live lines. Empty:
/// stderr.
void set_log_sink(std::function<void(LogLevel, std::string_view)> sink);
void log_line(LogLevel level, std::string_view text);

template <class... Args>
void log_debug(fmt::format_string<Args...> f, Args&&... args) {
  log_line(LogLevel::debug, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
void log_info(fmt::format_string<Args...> f, Args&&... args) {
  log_line(LogLevel::info, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(fmt::format_string<Args...> f, Args&&... args) {
  log_line(LogLevel::warning, fmt::format(f, std::forward<Args>(args)...));
}

}  // namespace leanlab

// Diagnostics on stderr, or through the sink that the progress display installs.
#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <mutex>

namespace leanlab {

namespace {
std::atomic<LogLevel> g_lowest{LogLevel::info};
std::mutex g_mutex;
std::function<void(LogLevel, std::string_view)>& sink() {
  static std::function<void(LogLevel, std::string_view)> value;
  return value;
}
}  // namespace

void set_log_level(LogLevel lowest) {
  g_lowest = lowest;
}

void set_log_sink(std::function<void(LogLevel, std::string_view)> new_sink) {
  const std::lock_guard lock(g_mutex);
  sink() = std::move(new_sink);
}

void log_line(LogLevel level, std::string_view text) {
  if (level < g_lowest.load()) return;
  const std::lock_guard lock(g_mutex);
  if (sink()) {
    sink()(level, text);
    return;
  }
  const char* mark = level == LogLevel::warning ? "warning: " : level == LogLevel::error ? "error: " : "";
  std::fprintf(stderr, "%s%.*s\n", mark, static_cast<int>(text.size()), text.data());
}

}  // namespace leanlab

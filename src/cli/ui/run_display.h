// RunDisplay: shows a run while it goes. Live lines on a terminal, a line an event elsewhere, objects with --json=lines.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/context.h"
#include "cli/ui/run_view.h"
#include "lab/events.h"

namespace leanlab::cli::ui {

/// One run's display. Diagnostics appear above its live lines while it exists; when it goes, the terminal is as a
/// command without it would have left it. Nothing of the terminal is switched (no hidden cursor, no raw mode), so even
/// SIGKILL leaves it usable.
class RunDisplay {
 public:
  explicit RunDisplay(Context& context);
  ~RunDisplay();
  RunDisplay(const RunDisplay&) = delete;
  RunDisplay& operator=(const RunDisplay&) = delete;

  /// Takes an event. Thread: any.
  void take(const lab::Event& event);
  /// take() as a run wants it. The display must outlive it.
  [[nodiscard]] lab::EventSink sink();

 private:
  [[nodiscard]] Canvas canvas() const;
  void draw(const std::vector<std::string>& above);  // all of these with mutex_ held
  void erase();
  void finish(const lab::RunSummary& summary);
  void redraw_until(const std::stop_token& stop);

  Context& context_;
  const bool live_;
  std::mutex mutex_;
  RunView view_;
  std::vector<std::size_t> drawn_;  // widths of the live lines on the screen
  std::condition_variable_any wake_;
  std::jthread drawer_;
};

}  // namespace leanlab::cli::ui

// RunDisplay: shows a run while it goes. Live lines on a terminal, a line an event elsewhere, objects with --json=lines.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "base/result.h"
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
  /// The run came to its end: with --json its summary is printed now, as the one object.
  void done();
  /// The run failed. With --json summary and error are one object; an interruption that the summary has told is not told
  /// again. Returns the exit code, or the error that is still to be reported.
  [[nodiscard]] Result<int> failed(Error error);

 private:
  enum class Fit { clip, wrap };
  [[nodiscard]] Canvas canvas() const;
  void draw(const std::vector<std::string>& above, Fit fit);  // all of these with mutex_ held
  void erase();
  void finish(const lab::RunSummary& summary);
  void redraw_until(const std::stop_token& stop);

  Context& context_;
  const bool live_;
  std::mutex mutex_;
  std::unique_ptr<Json> summary_;  // told last
  bool told_summary_ = false;
  RunView view_;
  std::vector<std::size_t> drawn_;  // widths of the live lines on the screen
  std::condition_variable_any wake_;
  std::jthread drawer_;
};

}  // namespace leanlab::cli::ui

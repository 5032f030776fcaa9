// RunView: what is known of a run, from its events, and the lines that show it. Pure: no clock, no terminal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/ui/figures.h"
#include "cli/ui/terminal.h"
#include "lab/events.h"

namespace leanlab::cli::ui {

/// How lines are drawn.
struct Canvas {
  std::size_t columns = 80;
  std::size_t rows = 24;
  Style style;
  Glyphs glyphs = Glyphs::unicode;
};

class RunView {
 public:
  /// Takes an event in. Returns what it has to say for good: lines that stay, above the live ones.
  [[nodiscard]] std::vector<std::string> apply(const lab::Event& event, SteadyTime now, const Canvas& canvas);
  /// The lines that are drawn anew each time: one for each attempt under way, the best so far, the progress.
  /// No line is as wide as the canvas. Empty before the run begins and after it ended.
  [[nodiscard]] std::vector<std::string> live_lines(SteadyTime now, const Canvas& canvas) const;

 private:
  struct Attempt {
    std::string agent, id, detail;
    lab::Phase phase = lab::Phase::waiting;
    SteadyTime started, phase_started;
  };
  struct Apply;

  void note_value(const lab::Experiment& experiment);
  [[nodiscard]] std::size_t name_columns() const;
  [[nodiscard]] std::string name_of(std::uint64_t number, const Attempt& attempt) const;
  [[nodiscard]] std::string finished_line(const lab::AttemptFinished& event, const Canvas& canvas) const;
  [[nodiscard]] std::string attempt_line(std::uint64_t number, const Attempt& attempt, SteadyTime now,
                                         const Canvas& canvas) const;
  [[nodiscard]] std::string best_line(const Canvas& canvas) const;
  [[nodiscard]] std::string progress_line(SteadyTime now, const Canvas& canvas) const;

  bool running_ = false;
  lab::RunStarted run_;
  SteadyTime started_;
  std::map<std::uint64_t, Attempt> attempts_;
  std::uint64_t done_ = 0;
  std::optional<double> best_, best_before_;
  std::string best_id_;
  std::vector<double> history_;
  ValueFormat format_;
};

/// The closing summary: what was made, the best and its difference from its parent, the next command.
[[nodiscard]] std::string summary_text(const lab::RunSummary& summary, const Style& style);

}  // namespace leanlab::cli::ui

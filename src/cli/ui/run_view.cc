// RunView: events to state, state to lines.
#include "cli/ui/run_view.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <type_traits>

#include "base/strings.h"

namespace leanlab::cli::ui {
namespace {

using lab::Verdict;

constexpr std::size_t k_sparkline = 24;
constexpr std::size_t k_history = 240;

/// The first line, harmless on a terminal.
std::string one_line_of(std::string_view text) {
  return printable(text.substr(0, text.find('\n')));
}

std::string left(std::string text, std::size_t width) {
  const std::size_t taken = styled_width(text);
  return text + std::string(width > taken ? width - taken : 0, ' ');
}
std::string right(const std::string& text, std::size_t width) {
  const std::size_t taken = styled_width(text);
  return std::string(width > taken ? width - taken : 0, ' ') + text;
}

std::string mark(Verdict verdict, const Canvas& canvas) {
  const Style& style = canvas.style;
  const bool unicode = canvas.glyphs == Glyphs::unicode;
  switch (verdict) {
    case Verdict::accepted:
      return style.bold_green(unicode ? "✓" : "+");
    case Verdict::rejected:
      return style.dim(unicode ? "·" : ".");
    case Verdict::undecided:
      return style.yellow(unicode ? "≈" : "~");
    case Verdict::invalid:
      return style.red(unicode ? "✗" : "x");
    case Verdict::tampered:
      return style.bold_red("!");
    case Verdict::pending:
      break;
  }
  return " ";
}

std::string spinner(SteadyTime now, const Canvas& canvas) {
  static constexpr std::array k_dots{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  static constexpr std::array k_letters{"|", "/", "-", "\\"};
  const auto tick = static_cast<std::size_t>(now.time_since_epoch() / std::chrono::milliseconds(100));
  return canvas.style.cyan(canvas.glyphs == Glyphs::unicode ? k_dots.at(tick % k_dots.size())
                                                            : k_letters.at(tick % k_letters.size()));
}

std::string elapsed(SteadyTime from, SteadyTime to) {
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
  // Below a second only tenths move, so that the line does not flicker.
  if (time < std::chrono::seconds(10))
    return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
  return human_duration(std::chrono::floor<std::chrono::seconds>(time));
}

/// An estimate: no tenths.
std::string whole_seconds(SteadyTime::duration time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time);
  return seconds < std::chrono::minutes(1) ? fmt::format("{} s", seconds.count()) : human_duration(seconds);
}

}  // namespace

/// One function for each kind of event.
struct RunView::Apply {
  RunView& view;
  SteadyTime now;
  const Canvas& canvas;
  std::vector<std::string> lines;

  void say(std::string line) { lines.push_back(std::move(line)); }

  void operator()(const lab::RunStarted& event) {
    view.run_ = event;
    view.running_ = true;
    view.started_ = now;
    view.best_ = view.best_before_ = event.best;
    view.history_ = event.history;
    for (const double value : event.history) view.format_.see(value);
    const Style& style = canvas.style;
    const bool up = event.objective.direction == lab::Direction::maximise;
    std::string text = style.bold(event.lab) + "  " + event.objective.metric + ", " +
                       (up ? "higher" : "lower") + " is better";
    text += fmt::format("; {}", plural(event.planned, "experiment"));
    if (!event.agent.empty()) text += " by " + printable(event.agent);
    if (event.parallel > 1) text += fmt::format(", {} at a time", event.parallel);
    say(text);
    if (event.continued > 0)
      say(fmt::format("  {} of an earlier run {} first", plural(event.continued, "experiment"),
                      event.continued == 1 ? "comes" : "come"));
    if (!event.protection.empty()) say(style.dim("  " + printable(event.protection)));
  }
  void operator()(const lab::AttemptStarted& event) {
    view.attempts_[event.attempt] = {
        .agent = event.agent, .id = "", .detail = "", .started = now, .phase_started = now};
  }
  void operator()(const lab::PhaseChanged& event) {
    const auto [it, is_new] = view.attempts_.try_emplace(event.attempt);
    Attempt& attempt = it->second;
    if (is_new) attempt.started = now;
    if (is_new || attempt.phase != event.phase) attempt.phase_started = now;
    attempt.phase = event.phase;
    attempt.detail = event.detail;
    if (!event.id.empty()) attempt.id = event.id;
  }
  void operator()(const lab::AttemptFinished& event) {
    view.attempts_.erase(event.attempt);
    ++view.done_;
    view.note_value(event.experiment);
    say(view.finished_line(event, canvas));
  }
  void operator()(const lab::AttemptRefused& event) {
    view.attempts_.erase(event.attempt);
    say(fmt::format("  {} {} refused: {}", canvas.style.yellow("-"), printable(event.refusal.file),
                    one_line_of(event.refusal.reason)));
  }
  void operator()(const lab::AttemptFailed& event) {
    view.attempts_.erase(event.attempt);
    say(fmt::format("  {} attempt {} gave nothing: {}", canvas.style.yellow("-"), event.attempt,
                    one_line_of(event.reason)));
  }
  void operator()(const lab::Notice& event) {
    const bool warns = event.kind == lab::Notice::Kind::warning;
    say((warns ? canvas.style.bold_yellow("warning:") + " " : canvas.style.dim("  note: ")) +
        printable(event.text));
  }
  void operator()(const lab::RunSummary&) {
    view.running_ = false;
    view.attempts_.clear();
  }
};

std::vector<std::string> RunView::apply(const lab::Event& event, SteadyTime now, const Canvas& canvas) {
  Apply apply{*this, now, canvas, {}};
  std::visit(apply, event);
  return std::move(apply.lines);
}

void RunView::note_value(const lab::Experiment& experiment) {
  if (!experiment.value) return;
  format_.see(*experiment.value);
  if (experiment.verdict == Verdict::accepted ||
      (experiment.best_so_far && experiment.best_so_far == experiment.value)) {
    best_ = experiment.value;
    best_id_ = experiment.id();
  }
  if (best_) history_.push_back(*best_);
  if (history_.size() > k_history) history_.erase(history_.begin());
}

// Wide enough for an id with four digits and for "attempt 100", so that all lines stand in the same columns.
std::size_t RunView::name_columns() const {
  return std::max<std::size_t>(run_.lab.size() + 5, 11);
}

std::string RunView::name_of(std::uint64_t number, const Attempt& attempt) const {
  return attempt.id.empty() ? fmt::format("attempt {}", number) : attempt.id;
}

std::string RunView::finished_line(const lab::AttemptFinished& event, const Canvas& canvas) const {
  const Style& style = canvas.style;
  const lab::Experiment& experiment = event.experiment;
  std::string line = "  " + mark(experiment.verdict, canvas) + " " + left(experiment.id(), name_columns());
  const bool accepted = experiment.verdict == Verdict::accepted;
  if (experiment.value) {
    const std::string value = format_(*experiment.value);
    line += " " + right(accepted ? style.bold_green(value) : value, 10);
    std::string change;
    if (event.previous_best) {
      change = format_.difference(*experiment.value - *event.previous_best);
      change = accepted ? style.green(change) : style.dim(change);
    }
    line += " " + right(change, 10) + "  ";
  } else {
    const std::string verdict = lab::name(experiment.verdict);
    line +=
        " " +
        right(experiment.verdict == Verdict::tampered ? style.bold_red(verdict) : style.red(verdict), 10) +
        "  ";
  }
  const std::string file = std::filesystem::path(experiment.file).filename().string();
  const std::string& why = experiment.reason.empty() ? experiment.notes : experiment.reason;
  std::string text = one_line_of(why);
  text += (text.empty() ? "" : "  ") + style.dim(printable(file));
  return line + text;
}

std::string RunView::attempt_line(std::uint64_t number, const Attempt& attempt, SteadyTime now,
                                  const Canvas& canvas) const {
  const Style& style = canvas.style;
  const bool waits = attempt.phase == lab::Phase::waiting || attempt.phase == lab::Phase::queued;
  const std::string phase = left(lab::name(attempt.phase), 10);
  std::string line = "  " + (waits ? style.dim("-") : spinner(now, canvas)) + " ";
  line += left(name_of(number, attempt), name_columns()) + " ";
  line +=
      (waits ? style.dim(phase) : style.cyan(phase)) + " " + right(elapsed(attempt.phase_started, now), 9);
  line += "  " + style.dim(printable(attempt.agent));
  if (!attempt.detail.empty()) line += "  " + one_line_of(attempt.detail);
  return line;
}

std::string RunView::best_line(const Canvas& canvas) const {
  const Style& style = canvas.style;
  if (!best_) return style.dim("  no best yet");
  std::string line = "  best " + style.bold_green(format_(*best_)) + " " + run_.objective.metric;
  if (!best_id_.empty()) line += "  " + style.dim(best_id_);
  if (best_before_ && *best_before_ != *best_)
    if (const std::string change = percent_change(*best_before_, *best_); !change.empty())
      line += "  " + style.green(change);
  const std::string curve = sparkline(history_, k_sparkline, canvas.glyphs);
  return curve.empty() ? line : line + "  " + style.cyan(curve);
}

std::string RunView::progress_line(SteadyTime now, const Canvas& canvas) const {
  const Style& style = canvas.style;
  const std::uint64_t planned = std::max<std::uint64_t>(run_.planned, 1);
  const std::size_t columns = std::clamp<std::size_t>(canvas.columns / 4, 8, 40);
  const Bar bar =
      progress_bar(static_cast<double>(done_) / static_cast<double>(planned), columns, canvas.glyphs);
  std::string line = "  " + style.green(bar.filled) + style.dim(bar.empty);
  line += fmt::format("  {}/{}  {}", done_, run_.planned, elapsed(started_, now));
  if (done_ > 0 && done_ < run_.planned) {
    const auto rest =
        (now - started_) * static_cast<std::int64_t>(run_.planned - done_) / static_cast<std::int64_t>(done_);
    line += style.dim(", about " + whole_seconds(rest) + " left");
  }
  return line;
}

std::vector<std::string> RunView::live_lines(SteadyTime now, const Canvas& canvas) const {
  std::vector<std::string> lines;
  if (!running_) return lines;
  const std::size_t room = canvas.rows > 8 ? canvas.rows - 6 : 2;
  for (const auto& [number, attempt] : attempts_) {
    if (lines.size() == room && attempts_.size() > room) {
      lines.push_back(canvas.style.dim(fmt::format("    and {} more", attempts_.size() - room)));
      break;
    }
    lines.push_back(attempt_line(number, attempt, now, canvas));
  }
  lines.emplace_back();
  lines.push_back(best_line(canvas));
  lines.push_back(progress_line(now, canvas));
  const std::size_t columns = canvas.columns > 1 ? canvas.columns - 1 : 1;
  for (std::string& line : lines) line = styled_clip(line, columns);
  return lines;
}

}  // namespace leanlab::cli::ui

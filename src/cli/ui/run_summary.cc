// The closing summary of a run: what was made, the best and where it came from, what to type next.
#include <cmath>

#include "base/strings.h"
#include "cli/ui/figures.h"
#include "cli/ui/run_view.h"

namespace leanlab::cli::ui {
namespace {

std::string counts(const lab::RunSummary& summary) {
  std::string text;
  for (const lab::Verdict verdict : {lab::Verdict::accepted, lab::Verdict::rejected, lab::Verdict::undecided,
                                     lab::Verdict::invalid, lab::Verdict::tampered}) {
    if (const auto count = summary.verdicts.find(verdict); count != summary.verdicts.end())
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count->second, lab::name(verdict));
  }
  if (summary.refusals > 0) text += fmt::format("{}{} refused", text.empty() ? "" : ", ", summary.refusals);
  return text;
}

std::string compared(const char* with, const std::optional<double>& from, double to, const Style& style) {
  if (!from) return "";
  const std::string change = *from == to ? "the same" : percent_change(*from, to);
  return fmt::format("  {} {}{}", style.dim(with), short_number(*from), change.empty() ? "" : ": " + change);
}

/// What the turns cost; nothing when they were free.
std::string cost_line(const lab::RunSummary& summary, const Style& style) {
  if (summary.turns == 0) return "";
  std::string text = fmt::format("  cost {} in {}", style.bold(dollars(summary.known_cost_usd)),
                                 plural(summary.turns, "turn"));
  if (summary.unpriced_turns == summary.turns)
    text = fmt::format("  cost unknown: no price for {}", plural(summary.turns, "turn"));
  else if (summary.unpriced_turns > 0)
    text += style.yellow(fmt::format(", and {} of unknown cost", plural(summary.unpriced_turns, "turn")));
  if (summary.tokens)
    text += fmt::format("; {} tokens in, {} out",
                        summary.tokens->input + summary.tokens->cache_read + summary.tokens->cache_write,
                        summary.tokens->output);
  if (summary.cost_usd && *summary.cost_usd > 0 && summary.accepted() > 0)
    text += fmt::format("; ${:.4f} a new best", *summary.cost_usd / static_cast<double>(summary.accepted()));
  return text + "\n";
}

}  // namespace

std::string summary_text(const lab::RunSummary& summary, const Style& style) {
  const auto time = std::chrono::milliseconds(std::llround(summary.seconds * 1000));
  const std::string lab = join_command(std::vector<std::string>{summary.lab});
  std::string text = fmt::format("\n{}  {} in {}", style.bold(summary.lab),
                                 plural(summary.made, "experiment"), human_duration(time));
  if (const std::string made = counts(summary); !made.empty()) text += ": " + made;
  text += "\n" + cost_line(summary, style);
  if (!summary.ended_because.empty())
    text += style.yellow("  ended early: " + printable(summary.ended_because)) + "\n";
  if (summary.best && summary.best->value) {
    const double value = *summary.best->value;
    const std::string shown = short_number(value);
    const bool improved = summary.accepted() > 0;
    text += fmt::format("  best {} {}  {}", summary.objective.metric,
                        improved ? style.bold_green(shown) : style.bold(shown), summary.best->id());
    // A best that is older than this run gained nothing in it, whatever its parent was.
    text +=
        improved ? compared("before", summary.best_before, value, style) : style.dim("  as before this run");
    if (improved && summary.best_parent != summary.best_before)
      text += compared("its parent", summary.best_parent, value, style);
    text += "\n";
    if (summary.best->tier == sandbox::Tier::C)
      text += style.yellow("  UNVERIFIED: no sandbox held when it was judged, so it could be forged") + "\n";
    else if (summary.best->level == lab::Level::in_process)
      text +=
          style.dim("  judged in-process: an experiment could forge its own number (leanlab check)") + "\n";
    text +=
        fmt::format("  next: {}\n",
                    style.cyan("leanlab show " + join_command(std::vector<std::string>{summary.best->id()})));
  } else {
    text += "  no experiment has a value yet\n";
    text += fmt::format("  next: {}\n", style.cyan("leanlab check " + lab));
  }
  if (!summary.ended_because.empty())
    text +=
        fmt::format("  to go on: {}\n", summary.next.empty() ? style.cyan("leanlab run " + lab + " --resume")
                                                             : printable(summary.next));
  return text;
}

}  // namespace leanlab::cli::ui

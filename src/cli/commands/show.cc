// show: one experiment whole.
#include "lab/views/show.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/experiments.h"
#include "cli/labs.h"
#include "cli/sessions.h"
#include "cli/ui/figures.h"

namespace leanlab::cli {
namespace {

constexpr std::size_t k_source_lines = 60, k_denied_calls = 10;

std::string how_judged(const lab::Experiment& experiment) {
  if (experiment.origin == lab::Origin::imported) return "imported from results.jsonl: not verifiable";
  if (experiment.verdict == lab::Verdict::pending) return "not yet";
  std::string text = fmt::format("{}, tier {}", lab::name(experiment.level), sandbox::name(experiment.tier));
  if (experiment.tier == sandbox::Tier::C) text += " (UNVERIFIED)";
  return text + (experiment.sealed ? ", sealed" : ", not sealed");
}

std::string seconds(const std::optional<double>& value) {
  return value ? human_duration(std::chrono::milliseconds(std::llround(*value * 1000))) : "";
}

std::string headline(const lab::ShownExperiment& shown, const lab::Objective& objective,
                     const ui::Style& style) {
  const lab::Experiment& experiment = shown.experiment;
  const std::string verdict = lab::name(experiment.verdict);
  const bool good = experiment.verdict == lab::Verdict::accepted;
  const bool bad =
      experiment.verdict == lab::Verdict::invalid || experiment.verdict == lab::Verdict::tampered;
  std::string text = style.bold(experiment.id()) + "  " +
                     (good  ? style.bold_green(verdict)
                      : bad ? style.red(verdict)
                            : verdict);
  if (!experiment.value) return text;
  text += fmt::format("  {} {}", style.bold(short_number(*experiment.value)), objective.metric);
  if (shown.parent && shown.parent->value) {
    const std::string change = ui::percent_change(*shown.parent->value, *experiment.value);
    text += style.dim(fmt::format("  {}{}", change.empty() ? "" : change + " against ",
                                  "its parent " + shown.parent->id()));
  }
  return text;
}

/// "experiment tried socket 3 times, clone 1 time, judge tried ..."; not endless where somebody tries all there is.
std::string denied_calls(const lab::Experiment& experiment) {
  std::string text, who;
  std::size_t shown = 0;
  for (const lab::DeniedTry& attempt : experiment.denied) {
    if (++shown > k_denied_calls) break;
    if (!text.empty()) text += ", ";
    if (attempt.who != who) text += attempt.who + " tried ";
    who = attempt.who;
    text += attempt.call + " " + plural(attempt.count, "time");
  }
  if (experiment.denied.size() > k_denied_calls)
    text += fmt::format(" and {} more (--json has all)",
                        plural(experiment.denied.size() - k_denied_calls, "kind"));
  return text;
}

void print_details(Context& context, const lab::ShownExperiment& shown) {
  const lab::Experiment& experiment = shown.experiment;
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty())
      context.print(fmt::format("  {}{}\n", context.out.style.dim(fmt::format("{:<11}", name)),
                                printable(value, Newlines::keep)));
  };
  line("notes", experiment.notes);
  line("reason", replace_all(experiment.reason, "\n", "\n" + std::string(13, ' ')));
  line("file", experiment.file);
  std::string metrics;
  for (const auto& [name, value] : experiment.metrics)
    metrics += fmt::format("{}{} = {}", metrics.empty() ? "" : ", ", name, number(value));
  line("metrics", metrics);
  std::string repeats;
  if (experiment.repeats.size() > 1)
    for (const double value : experiment.repeats) repeats += (repeats.empty() ? "" : ", ") + number(value);
  line("repeats", repeats);
  line("info", experiment.info);
  line("agent", experiment.agent);
  line("parent", experiment.parent);
  line("judged", how_judged(experiment));
  line("evaluation", seconds(experiment.seconds) +
                         (experiment.cpu_seconds ? ", CPU " + seconds(experiment.cpu_seconds) : "") +
                         (experiment.candidate_cpu_seconds
                              ? " (the experiment's own " + seconds(experiment.candidate_cpu_seconds) + ")"
                              : ""));
  line("denied", denied_calls(experiment));
  line("turn", seconds(experiment.turn_seconds) +
                   (experiment.fixes > 0 ? ", " + plural(experiment.fixes, "repair") : ""));
  if (experiment.cost_usd) line("cost", ui::dollars(*experiment.cost_usd));
  for (const std::string& warning : experiment.warnings) line("warning", warning);
  line("sha256", experiment.sha256);
  line("time", local_time_of(experiment.ts));
}

void print_source(Context& context, const std::string& source) {
  const auto lines = split_lines(source);
  context.print("\n");
  for (std::size_t i = 0; i < std::min(lines.size(), k_source_lines); ++i)
    context.print(fmt::format("  {} {}\n", context.out.style.dim(fmt::format("{:>4}", i + 1)),
                              printable(replace_all(std::string(lines[i]), "\t", "    "))));
  if (lines.size() > k_source_lines)
    context.print(context.out.style.dim(
        fmt::format("       and {} more\n", plural(lines.size() - k_source_lines, "line"))));
}

Result<int> show_turn(Context& context, const std::string& id) {
  TRY_ASSIGN(const FoundTurn found, find_turn(context, id));
  TRY_ASSIGN(const std::string written, blob_of(found, found.version));
  if (context.wants_json()) {
    Json object = turn_json(found);
    object["text"] = written.empty() ? Json(nullptr) : Json(repair_utf8(written));
    context.print_json(object);
    return 0;
  }
  context.print(turn_text(found) + "\n");
  if (!written.empty()) print_source(context, written);
  context.say("\n  its transcript: " + context.err.style.cyan("leanlab log " + found.turn.id));
  return 0;
}

Result<int> run_show(Context& context, const Arguments& arguments) {
  if (is_turn_id(arguments.word("id"))) return show_turn(context, arguments.word("id"));
  TRY_ASSIGN(const FoundExperiment found, find_experiment(context, arguments.word("id")));
  lab::ShownExperiment shown{found.experiment, {}, {}, {}};
  if (const auto parent = split_id(shown.experiment.parent)) {
    TRY_ASSIGN(shown.parent, found.book->find(parent->second));
  }
  if (!shown.experiment.sha256.empty()) {
    // An experiment whose bytes cannot be read is shown without them: `verify` is the one to judge that.
    if (auto source = found.book->blobs().get(shown.experiment.sha256)) shown.source = std::move(*source);
  }
  if (!shown.experiment.log.empty()) {
    if (auto log = found.book->blobs().get(shown.experiment.log)) shown.log = std::move(*log);
  }
  if (context.wants_json()) {
    context.print_json(lab::show_view(shown, found.open.config.objective.direction));
    return 0;
  }
  context.print(headline(shown, found.open.config.objective, context.out.style) + "\n");
  print_details(context, shown);
  if (shown.source) print_source(context, *shown.source);
  if (shown.log)
    context.say("\n  its evaluator's output: " +
                context.err.style.cyan("leanlab log " + shell_word(shown.experiment.id())));
  return 0;
}

}  // namespace

Command show_command() {
  return {.name = "show", .positionals = {{.name = "id", .kind = Kind::id}}, .run = run_show};
}

}  // namespace leanlab::cli

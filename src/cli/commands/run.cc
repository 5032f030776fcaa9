// run: evolves experiments in a lab.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/agents.h"
#include "cli/arguments.h"
#include "cli/background.h"
#include "cli/labs.h"
#include "cli/ui/run_display.h"
#include "lab/checks.h"
#include "metric/lab_lock.h"
#include "metric/loop.h"
#include "sandbox/probe.h"

namespace leanlab::cli {
namespace {

// "14:30" today or tomorrow, in local time, or a full ISO 8601 time.
Result<UtcTime> time_of(const std::string& text, const Clock& clock) {
  if (auto time = parse_iso8601(text)) return *time;
  int hour = 0;
  int minute = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%2d:%2d%c", &hour, &minute, &rest) != 2 || hour > 23 || minute > 59) {
    return fail(Error(ErrorCode::usage, fmt::format("--until {}: not a time", text))
                    .then("--until 07:30, or --until 2026-12-01T07:30:00Z"));
  }
  const std::string now = local_clock_time(clock.now());
  const int passed = std::stoi(now.substr(0, 2)) * 60 + std::stoi(now.substr(3, 2));
  const int ahead = (hour * 60 + minute - passed + 1440) % 1440;
  return clock.now() + std::chrono::minutes(ahead == 0 ? 1440 : ahead);
}

Result<metric::RunOptions> options_of(const Context& context, const Arguments& arguments) {
  metric::RunOptions options;
  options.experiments = arguments.count("--n").value_or(5);
  if (const auto parallel = arguments.count("--parallel")) {
    if (*parallel == 0 || *parallel > 4096)
      return fail(ErrorCode::usage, "--parallel {}: from 1 to 4096", *parallel);
    options.parallel = static_cast<std::uint32_t>(*parallel);
  }
  options.agents = agents_of(arguments);
  options.seed = arguments.count("--seed");
  if (const auto until = arguments.value("--until")) {
    TRY_ASSIGN(options.until, time_of(*until, *context.clock));
  }
  options.usd = arguments.number("--usd");
  if (options.usd && *options.usd < 0)
    return fail(Error(ErrorCode::usage, fmt::format("--usd {}: not below 0", *options.usd))
                    .then("--usd 5, or no --usd for no cap"));
  options.allow_unknown_cost = arguments.has("--allow-unknown-cost");
  options.resume_only = arguments.has("--resume");
  options.min_tier = min_tier(arguments);
  options.driver = driver();
  return options;
}

// The preflight before a run; what fails stops it.
Status preflight(Context& context, const OpenLab& open) {
  const auto checks = lab::check_lab(
      open.project, open.place.name, *context.interrupt, [](const lab::Check&) {}, lab::Checking::trusting);
  TRY(context.interrupt->check());
  for (const lab::Check& check : checks) {
    if (check.status != lab::Check::Status::fail) continue;
    return fail(
        Error(check.code, fmt::format("{} is not ready: {}: {}", open.place.name, check.name, check.message))
            .then(fmt::format("leanlab check {}   (or add --skip-checks)", shell_word(open.place.name))));
  }
  return {};
}

Result<int> run_run(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  TRY_ASSIGN(const metric::RunOptions options, options_of(context, arguments));
  if (options.min_tier) TRY(sandbox::require_tier(sandbox::probe(), *options.min_tier));
  if (arguments.has("--dry-run")) {
    TRY_ASSIGN(const std::string prompt, metric::dry_run(open.project, open.place, options, *context.clock));
    if (context.wants_json())
      context.print_json(Json{{"lab", open.place.name}, {"prompt", prompt}});
    else
      context.print(prompt);
    return 0;
  }
  // The preflight may take long: who holds the lab is told before it.
  TRY(metric::expect_free(open.place));
  if (arguments.has("--detach")) return run_in_background(context, open, arguments);
  if (!arguments.has("--skip-checks") && !options.resume_only) TRY(preflight(context, open));
  ui::RunDisplay display(context);
  const auto summary =
      metric::run_lab(open.project, open.place, options, display.sink(), *context.clock, *context.interrupt);
  if (!summary) return display.failed(summary.error());
  display.done();
  if (summary->budget_spent) return exit_code(ErrorCode::budget_spent);
  return arguments.has("--require-improvement") && summary->accepted() == 0
             ? exit_code(ErrorCode::goal_not_met)
             : 0;
}

}  // namespace

Command run_command() {
  return {
      .name = "run",
      .positionals = {{.name = "lab", .kind = Kind::lab}},
      .options = {{.name = "--n", .kind = Kind::count, .value = "N", .letter = 'n'},
                  {.name = "--parallel", .kind = Kind::count, .value = "K", .letter = 'j'},
                  {.name = "--agent", .kind = Kind::text, .value = "B", .times = Times::many},
                  {.name = "--seed", .kind = Kind::count, .value = "S"},
                  {.name = "--until", .kind = Kind::text, .value = "TIME"},
                  {.name = "--dry-run"},
                  {.name = "--skip-checks"},
                  {.name = "--resume"},
                  {.name = "--require-improvement"},
                  {.name = "--min-tier", .kind = Kind::choice, .value = "TIER", .choices = {"A", "B", "C"}},
                  {.name = "--usd", .kind = Kind::number, .value = "X"},
                  {.name = "--detach"},
                  {.name = "--allow-unknown-cost"}},
      .signals = Signals::interrupt,
      .run = run_run};
}

}  // namespace leanlab::cli

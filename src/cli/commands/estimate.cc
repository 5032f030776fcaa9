// estimate: what a run will cost, from what turns of the same agents cost in this lab.
#include "metric/estimate.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/agents.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/ui/figures.h"
#include "cli/ui/run_display.h"
#include "metric/loop.h"

namespace leanlab::cli {
namespace {

std::string price(const std::optional<double>& value) {
  return value ? ui::dollars(*value) : "unknown";
}

Json json_of(const OpenLab& open, const metric::Estimate& estimate) {
  Json roles = Json::array();
  for (const metric::RoleEstimate& role : estimate.roles)
    roles.push_back({{"role", role.role},
                     {"agents", role.agents},
                     {"turns", role.turns},
                     {"basis_turns", role.basis},
                     {"cost_usd", or_null(role.usd)},
                     {"tokens", or_null(role.tokens)}});
  return {{"lab", open.place.name},
          {"experiments", estimate.experiments},
          {"cost_usd", or_null(estimate.usd)},
          {"tokens", or_null(estimate.tokens)},
          {"seconds", or_null(estimate.seconds)},
          {"needs_probe", estimate.needs_probe},
          {"budget_usd", or_null(open.config.budget.usd)},
          {"roles", std::move(roles)}};
}

void print(Context& context, const OpenLab& open, const metric::Estimate& estimate) {
  const std::string word = shell_word(open.place.name);
  context.print(fmt::format(
      "{}: {} cost {}{}\n", open.place.name, plural(estimate.experiments, "experiment"),
      context.out.style.bold(estimate.usd ? "about " + price(estimate.usd) : "an unknown amount"),
      estimate.seconds ? " and take about " +
                             human_duration(std::chrono::milliseconds(std::llround(*estimate.seconds * 1000)))
                       : ""));
  for (const metric::RoleEstimate& role : estimate.roles)
    context.print(fmt::format("  {:<9} {}: {:.1f} turns, {}, {} tokens; from {} on record\n", role.role,
                              printable(role.agents), role.turns, price(role.usd),
                              role.tokens ? fmt::format("{:.0f}", *role.tokens) : "unknown",
                              plural(role.basis, "turn")));
  if (estimate.needs_probe)
    context.say(
        "  nothing to estimate from yet: " + context.err.style.cyan("leanlab estimate " + word + " --probe") +
        " makes one experiment, which stays in the book, and estimates from it");
  else if (!estimate.usd)
    context.say("  a price is missing: " + context.err.style.cyan("leanlab prices"));
}

Result<int> run_estimate(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  const auto agents = agents_of(arguments);
  if (arguments.has("--probe")) {
    metric::RunOptions options;
    options.experiments = 1;
    options.agents = agents;
    options.driver = driver();
    TRY(metric::run_lab(open.project, open.place, options, {}, *context.clock, *context.interrupt));
  }
  const auto parallel = arguments.count("--parallel").value_or(open.config.parallel_proposals);
  TRY_ASSIGN(const metric::Estimate estimate,
             metric::estimate_run(open.place, open.config, agents, arguments.count("--n").value_or(5),
                                  static_cast<std::uint32_t>(std::min<std::uint64_t>(parallel, 4096)),
                                  *context.clock));
  if (context.wants_json())
    context.print_json(json_of(open, estimate));
  else
    print(context, open, estimate);
  return 0;
}

}  // namespace

Command estimate_command() {
  return {.name = "estimate",
          .positionals = {{.name = "lab", .kind = Kind::lab}},
          .options = {{.name = "--n", .kind = Kind::count, .value = "N", .letter = 'n'},
                      {.name = "--parallel", .kind = Kind::count, .value = "K", .letter = 'j'},
                      {.name = "--agent", .kind = Kind::text, .value = "B", .times = Times::many},
                      {.name = "--probe"}},
          .signals = Signals::interrupt,
          .run = run_estimate};
}

}  // namespace leanlab::cli

// status: what is running, what it costs, what needs a person.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/survey.h"

namespace leanlab::cli {
namespace {

std::string last_line(const lab::Experiment& last) {
  std::string text = fmt::format("    last: {} {}", last.id(), lab::name(last.verdict));
  if (last.value) text += " " + short_number(*last.value);
  if (const auto time = parse_iso8601(last.ts)) text += ", " + local_clock_time(*time);
  return text + "\n";
}

std::string cost_line(const lab::LabStatus& status) {
  if (status.turns == 0) return "";
  std::string text =
      fmt::format("    cost: ${:.4f} in {}", status.known_cost_usd, plural(status.turns, "turn"));
  if (status.unpriced_turns > 0) text += fmt::format(", {} of them unknown", status.unpriced_turns);
  if (status.budget_usd) text += fmt::format(", of a budget of ${:.2f}", *status.budget_usd);
  return text + "\n";
}

Result<int> run_status(Context& context, const Arguments&) {
  const lab::Project project = project_of(context);
  const std::vector<lab::LabStatus> labs = survey(project, *context.clock, Depth::whole);
  if (context.wants_json()) {
    context.print_json(lab::status_view(labs));
    return 0;
  }
  const ui::Style& style = context.out.style;
  std::size_t running = 0, alerts = 0;
  for (const lab::LabStatus& status : labs) {
    alerts += status.alerts.size();
    if (status.lab.running.empty()) continue;
    ++running;
    context.print(fmt::format("  {}  {}\n", style.bold(printable(status.lab.name)),
                              style.cyan(printable(status.lab.running))));
    context.print(fmt::format("    {} judged, {} under way{}\n", plural(status.lab.experiments, "experiment"),
                              status.pending,
                              status.lab.best ? ", best " + short_number(*status.lab.best) : ""));
    if (status.last) context.print(last_line(*status.last));
    context.print(cost_line(status));
  }
  if (running == 0) context.print(fmt::format("nothing is running; {} here\n", plural(labs.size(), "lab")));
  for (const lab::LabStatus& status : labs) {
    if (status.lab.running.empty() && status.turns > 0)
      context.print("  " + printable(status.lab.name) + "\n" + cost_line(status));
  }
  if (alerts == 0) return 0;
  context.print(style.bold("Needs a person") + "\n");
  for (const lab::LabStatus& status : labs)
    for (const std::string& alert : status.alerts)
      context.print("  " + style.yellow("!") + " " + printable(alert) + "\n");
  return 0;
}

}  // namespace

Command status_command() {
  return {.name = "status", .run = run_status};
}

}  // namespace leanlab::cli

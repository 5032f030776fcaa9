// list: labs and tasks of the project.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/survey.h"
#include "cli/ui/table.h"
#include "lab/project.h"

namespace leanlab::cli {
namespace {

Result<int> run_list(Context& context, const Arguments& arguments) {
  const lab::Project project = project_of(context);
  if (arguments.has("--names")) {
    for (const std::string& name : lab::lab_names(project)) context.print(printable(name) + "\n");
    return 0;
  }
  std::vector<lab::ListedLab> labs;
  for (const lab::LabStatus& status : survey(project, *context.clock, Depth::listed))
    labs.push_back(status.lab);
  if (context.wants_json()) {
    context.print_json(lab::list_view(labs));
    return 0;
  }
  if (labs.empty()) {
    context.say("no labs in " + project.home.string());
    context.say("  next: " + context.err.style.cyan("leanlab init NAME --template matmul"));
    return 0;
  }
  const ui::Style& style = context.out.style;
  ui::Table table({{"lab"},
                   {"objective"},
                   {"experiments", ui::Align::right},
                   {"best", ui::Align::right},
                   {"", ui::Align::left, ui::Fit::elastic}});
  for (const lab::ListedLab& lab : labs) {
    const std::string objective =
        lab.objective ? fmt::format("{} {}", lab.objective->metric, lab::name(lab.objective->direction)) : "";
    std::string state = lab.sealed ? style.dim("locked") : "";
    if (lab.unverified) state += (state.empty() ? "" : " ") + style.yellow("UNVERIFIED");
    // There the experiment shared its judge's process, and could have forged the number.
    if (lab.level == lab::name(lab::Level::in_process))
      state += (state.empty() ? "" : " ") + style.dim("in-process");
    if (!lab.running.empty())
      state = style.cyan("running: " + printable(lab.running)) + (state.empty() ? "" : " ") + state;
    if (!lab.problem.empty()) state = style.red(printable(lab.problem));
    table.add({style.bold(printable(lab.name)), objective, fmt::format("{}", lab.experiments),
               lab.best ? short_number(*lab.best) : "", state});
  }
  context.print(table.render(context.out));
  return 0;
}

}  // namespace

Command list_command() {
  return {.name = "list", .options = {{.name = "--names"}}, .run = run_list};
}

}  // namespace leanlab::cli

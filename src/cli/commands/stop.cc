// stop: ends a run as Ctrl-C would.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/labs.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {
namespace {

Result<int> run_stop(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const lab::Place place, lab::find_lab(project_of(context), arguments.word("lab")));
  TRY_ASSIGN(const int pid, metric::stop_run(place));
  // A run ends its evaluations first: wait until it has let go of the lab, so that the next command finds it free.
  for (int tick = 0; tick < 300 && !metric::lab_holder(place).empty(); ++tick) {
    if (context.interrupt->wait_for(std::chrono::milliseconds(100))) break;
  }
  const bool ended = metric::lab_holder(place).empty();
  if (context.wants_json())
    context.print_json(Json{{"lab", place.name}, {"pid", pid}, {"ended", ended}});
  else
    context.print(ended ? fmt::format("the run of {} has ended\n", place.name)
                        : fmt::format("process {} was asked to stop and is still at it\n", pid));
  if (ended)
    context.say("  next: " +
                context.err.style.cyan(fmt::format("leanlab run {} --resume", shell_word(place.name))));
  return ended ? 0 : exit_code(ErrorCode::goal_not_met);
}

}  // namespace

Command stop_command() {
  return {.name = "stop",
          .positionals = {{.name = "lab", .kind = Kind::lab}},
          .signals = Signals::interrupt,
          .run = run_stop};
}

}  // namespace leanlab::cli

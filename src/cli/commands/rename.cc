// rename: gives a lab another name; its book goes with it.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/housekeeping.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {
namespace {

Result<int> run_rename(Context& context, const Arguments& arguments) {
  const lab::Project project = project_of(context);
  TRY_ASSIGN(const lab::Place place, lab::find_lab(project, arguments.word("lab")));
  if (const auto typed = arguments.value("--confirm"); typed && *typed != place.name)
    return fail(ErrorCode::usage, "'{}' is not the lab's name, which is '{}': nothing was renamed", *typed,
                place.name);
  TRY_ASSIGN(const FileLock held, metric::lock_lab(place, "rename", *context.clock));
  TRY_ASSIGN(const lab::Place renamed, lab::rename_lab(project, place, arguments.word("new")));
  if (context.wants_json())
    context.print_json(
        Json{{"from", place.name}, {"name", renamed.name}, {"folder", renamed.folder.string()}});
  else
    context.say(fmt::format("{} is now {}", place.name, renamed.name));
  return 0;
}

}  // namespace

Command rename_command() {
  return {.name = "rename",
          .positionals = {{.name = "lab", .kind = Kind::lab}, {.name = "new"}},
          .options = {{.name = "--confirm", .kind = Kind::lab, .value = "NAME"}},
          .run = run_rename};
}

}  // namespace leanlab::cli

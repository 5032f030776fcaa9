// remove: deletes a lab's folder; its ledger goes to the archive.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/housekeeping.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {
namespace {

Status confirm(const Context& context, const Arguments& arguments, const std::string& name) {
  auto typed = arguments.value("--confirm");
  if (!typed) {
    TRY_ASSIGN(typed, ui::ask_text(context.person,
                                   fmt::format("this deletes the files of {}; type its name to go on:", name),
                                   "--confirm " + shell_word(name)));
  }
  if (*typed == name) return {};
  return fail(Error(ErrorCode::usage, fmt::format("'{}' is not the lab's name: nothing was removed", *typed))
                  .then(fmt::format("leanlab remove {0} --confirm {0}", shell_word(name))));
}

Result<int> run_remove(Context& context, const Arguments& arguments) {
  const lab::Project project = project_of(context);
  TRY_ASSIGN(const lab::Place place, lab::find_lab(project, arguments.word("lab")));
  TRY(confirm(context, arguments, place.name));
  std::filesystem::path archived;
  {
    TRY_ASSIGN(const FileLock held, metric::lock_lab(place, "remove", *context.clock));
    TRY_ASSIGN(archived, lab::remove_lab(project, place, *context.clock));
  }
  if (context.wants_json()) {
    context.print_json(Json{{"removed", place.name}, {"archived", archived.string()}, {"driver", driver()}});
    return 0;
  }
  context.say(fmt::format("removed {}; its ledger is kept in {}", place.name, archived.string()));
  return 0;
}

}  // namespace

Command remove_command() {
  return {.name = "remove",
          .positionals = {{.name = "lab", .kind = Kind::lab}},
          .options = {{.name = "--confirm", .kind = Kind::lab, .value = "NAME"}},
          .run = run_remove};
}

}  // namespace leanlab::cli

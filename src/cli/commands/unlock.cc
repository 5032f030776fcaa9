// unlock: opens the sealed files for editing. An act of the owner: the ledger says who drove.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/book.h"
#include "lab/seal.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {
namespace {

Result<int> run_unlock(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  TRY(allow_owner_act(open, "unlocking " + open.place.name));
  TRY_ASSIGN(const FileLock held, metric::lock_lab(open.place, "unlock", *context.clock));
  const auto lock = lab::current_lock(open.place);
  TRY_ASSIGN(const auto book,
             lab::Book::open(open.place, open.config, lab::Book::Mode::write, *context.clock));
  const std::string recorded = book->seal().id;
  // First the record: an unlock that is cut off behind it is finished by the next.
  if (!recorded.empty())
    TRY(book->record_event("seal_opened", Json{{"seal", recorded}, {"driver", driver()}}));
  // A manifest that is gone or damaged must not keep the owner out.
  const bool gone = lock && !*lock;
  if (!gone || recorded.empty()) TRY(lab::unlock_lab(open.place));
  if (context.wants_json()) {
    context.print_json(Json{{"lab", open.place.name}, {"sealed", false}, {"driver", driver()}});
    return 0;
  }
  context.say(
      fmt::format("{} is open: its evaluator may be edited; results from now on are marked as not sealed",
                  open.place.name));
  context.say("  next: " + context.err.style.cyan("leanlab lock " + shell_word(open.place.name)));
  return 0;
}

}  // namespace

Command unlock_command() {
  return {.name = "unlock", .positionals = {{.name = "lab", .kind = Kind::lab}}, .run = run_unlock};
}

}  // namespace leanlab::cli

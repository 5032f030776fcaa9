// rebuild: makes the database and results.jsonl anew from the ledger.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/book.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {
namespace {

Result<int> run_rebuild(Context& context, const Arguments& arguments) {
  if (arguments.has("--trust-ledger") && arguments.word_or_empty("lab").empty())
    return fail(Error(ErrorCode::usage, "--trust-ledger is said of one lab")
                    .then("leanlab rebuild LAB --trust-ledger"));
  TRY_ASSIGN(const auto labs, open_labs(context, arguments.word_or_empty("lab")));
  Json rebuilt = Json::array();
  for (const OpenLab& open : labs) {
    TRY_ASSIGN(const FileLock held, metric::lock_lab(open.place, "rebuild", *context.clock));
    if (arguments.has("--trust-ledger")) {
      TRY(allow_owner_act(open, "trusting the ledger of " + open.place.name));
      TRY(lab::trust_ledger(open.place, *context.clock, driver()), "rebuilding {}", open.place.name);
    }
    lab::BookReport found;
    TRY_ASSIGN(const std::uint64_t records,
               lab::rebuild_book(open.place, open.config, *context.clock, &found), "rebuilding {}",
               open.place.name);
    for (const std::string& notice : found.notices) context.say("note: " + printable(notice));
    rebuilt.push_back({{"name", open.place.name}, {"records", records}});
    if (!context.wants_json())
      context.print(fmt::format("{}: rebuilt from {}\n", open.place.name, plural(records, "record")));
  }
  if (context.wants_json()) context.print_json(Json{{"labs", std::move(rebuilt)}});
  return 0;
}

}  // namespace

Command rebuild_command() {
  return {.name = "rebuild",
          .positionals = {{.name = "lab", .kind = Kind::lab, .needed = Positional::Needed::optional}},
          .options = {{.name = "--trust-ledger"}},
          .run = run_rebuild};
}

}  // namespace leanlab::cli

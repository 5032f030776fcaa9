// fix: check, let an agent mend what failed, check again.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/agents.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/mending.h"

namespace leanlab::cli {
namespace {

Result<int> run_fix(Context& context, const Arguments& arguments) {
  const lab::Project project = project_of(context);
  TRY_ASSIGN(const lab::Place place, lab::find_lab(project, arguments.word("lab")));
  TRY_ASSIGN(const Mending mending, mend(context, project, place, agents_of(arguments)));
  Json checks = Json::array();
  for (const lab::Check& check : mending.checks)
    checks.push_back({{"name", check.name}, {"status", lab::name(check.status)}, {"message", check.message}});
  if (context.wants_json()) {
    context.print_json(Json{
        {"lab", place.name}, {"ok", mending.ok}, {"rounds", mending.rounds}, {"checks", std::move(checks)}});
  } else if (mending.ok) {
    context.say(mending.rounds == 0 ? place.name + " needs no mending"
                                    : fmt::format("{} is mended", place.name));
    context.say("  next: " + context.err.style.cyan("leanlab run " + shell_word(place.name)));
  } else {
    context.say(fmt::format("{} still fails after {}", place.name,
                            plural(static_cast<std::uint64_t>(mending.rounds), "round")));
    context.say("  next: " + context.err.style.cyan("leanlab check " + shell_word(place.name)));
  }
  return mending.ok ? 0 : exit_code(ErrorCode::misconfigured);
}

}  // namespace

Command fix_command() {
  return {.name = "fix",
          .positionals = {{.name = "lab", .kind = Kind::lab}},
          .options = {{.name = "--agent", .kind = Kind::text, .value = "B", .times = Times::many}},
          .signals = Signals::interrupt,
          .run = run_fix};
}

}  // namespace leanlab::cli

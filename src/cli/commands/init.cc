// init: makes a lab, drafted by an agent or copied from a bundled one; or teaches agents to use leanlab.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/for_agent.h"
#include "cli/labs.h"
#include "cli/making.h"
#include "lab/init_template.h"

namespace leanlab::cli {
namespace {

Result<int> copy_template(Context& context, const std::string& name, const std::string& from) {
  TRY_ASSIGN(const lab::Place place, lab::init_from_template(project_of(context), name, from));
  if (context.wants_json()) {
    context.print_json(Json{{"name", place.name}, {"folder", place.folder.string()}, {"template", from}});
    return 0;
  }
  context.print(place.folder.string() + "\n");
  context.say(fmt::format("made the lab {} from {}", place.name, from));
  context.say("  next: " + context.err.style.cyan("leanlab check " + shell_word(place.name)));
  return 0;
}

Result<int> run_init(Context& context, const Arguments& arguments) {
  const std::string name = arguments.word_or_empty("name");
  if (arguments.has("--for-agent")) {
    if (!name.empty()) return fail(ErrorCode::usage, "--for-agent makes no lab: leave '{}' out", name);
    return teach_agents(context);
  }
  if (name.empty())
    return fail(Error(ErrorCode::usage, "a lab needs a name")
                    .then("leanlab init NAME --describe \"what should get better\""));
  if (const auto from = arguments.value("--template")) return copy_template(context, name, *from);
  return make_lab(context, arguments, name);
}

}  // namespace

Command init_command() {
  return {.name = "init",
          .positionals = {{.name = "name", .kind = Kind::text, .needed = Positional::Needed::optional}},
          .options = {{.name = "--template", .kind = Kind::text, .value = "T"},
                      {.name = "--describe", .kind = Kind::text, .value = "TEXT"},
                      {.name = "--yes", .letter = 'y'},
                      {.name = "--agent", .kind = Kind::text, .value = "B", .times = Times::many},
                      {.name = "--for-agent"}},
          .signals = Signals::interrupt,
          .run = run_init};
}

}  // namespace leanlab::cli

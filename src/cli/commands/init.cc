// init: makes a lab, for now as a copy of a bundled one.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/init_template.h"

namespace leanlab::cli {
namespace {

Result<int> run_init(Context& context, const Arguments& arguments) {
  const std::string& name = arguments.word("name");
  const auto from = arguments.value("--template");
  if (!from) {
    TRY_ASSIGN(const auto labs, lab::list_bundled_labs());
    std::string offered;
    for (const auto& lab : labs) offered += (offered.empty() ? "" : ", ") + lab.name;
    return fail(
        Error(
            ErrorCode::unsupported,
            fmt::format("drafting a lab with an agent is not built yet; --template copies a bundled one: {}",
                        offered))
            .then(fmt::format("leanlab init {} --template matmul", shell_word(name))));
  }
  TRY_ASSIGN(const lab::Place place, lab::init_from_template(project_of(context), name, *from));
  if (context.wants_json()) {
    context.print_json(Json{{"name", place.name}, {"folder", place.folder.string()}, {"template", *from}});
    return 0;
  }
  context.print(place.folder.string() + "\n");
  context.say(fmt::format("made the lab {} from {}", place.name, *from));
  context.say("  next: " + context.err.style.cyan("leanlab check " + shell_word(place.name)));
  return 0;
}

}  // namespace

Command init_command() {
  return {.name = "init",
          .positionals = {{.name = "name", .kind = Kind::text}},
          .options = {{.name = "--template", .kind = Kind::text, .value = "T"},
                      {.name = "--describe", .kind = Kind::text, .value = "TEXT", .built = Built::not_yet},
                      {.name = "--yes", .letter = 'y', .built = Built::not_yet},
                      {.name = "--agent", .kind = Kind::text, .value = "B", .built = Built::not_yet},
                      {.name = "--for-agent", .built = Built::not_yet}},
          .run = run_init};
}

}  // namespace leanlab::cli

// help: shows a page, on the screen or as its Markdown or man(7) source.
#include "cli/help.h"

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/manual.h"
#include "cli/ui/markdown.h"

namespace leanlab::cli {
namespace {

Result<int> run_help(Context& context, const Arguments& arguments) {
  std::string page = arguments.word_or_empty("page");
  if (page.empty()) page = "leanlab";
  const auto format = arguments.value("--format");
  const std::string markdown = manual_page(page);
  if (!format || context.wants_json() || markdown.empty()) return print_help(context, page);
  if (*format == "markdown") {
    context.print(markdown);
    return 0;
  }
  const Command* command = find_command(page);
  const auto blocks = ui::parse_markdown(markdown);
  const std::string name = page == "leanlab" ? page : "leanlab-" + page;
  const std::string summary = command ? summary_of(*command) : blocks.at(1).text;
  context.print(ui::render_as_man_page(blocks, name, summary, LEANLAB_VERSION));
  return 0;
}

}  // namespace

Command help_command() {
  return {.name = "help",
          .positionals = {{.name = "page", .kind = Kind::command, .needed = Positional::Needed::optional}},
          .options =
              {{.name = "--format", .kind = Kind::choice, .value = "FORMAT", .choices = {"markdown", "man"}}},
          .run = run_help};
}

}  // namespace leanlab::cli

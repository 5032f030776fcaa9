// Help: from a page's markdown to the screen.
#include "cli/help.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/ui/markdown.h"

namespace leanlab::cli {
namespace {

Error no_such_page(const std::string& page) {
  std::vector<std::string> names = topics();
  for (const Command& command : commands()) names.push_back(command.name);
  const std::string near = nearest(page, names);
  const std::string hint = near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
  return Error(ErrorCode::usage, fmt::format("there is no page '{}'{}", printable(page), hint))
      .then(near.empty() ? "leanlab help" : "leanlab help " + near);
}

}  // namespace

Result<int> print_help(Context& context, const std::string& page) {
  const std::string markdown = manual_page(page);
  if (markdown.empty()) return fail(no_such_page(page));
  if (context.wants_json()) {
    context.print_json(Json{{"page", page}, {"markdown", markdown}});
    return 0;
  }
  context.print(ui::render_for_terminal(ui::parse_markdown(markdown), context.out));
  return 0;
}

Result<int> print_version(Context& context) {
  if (context.wants_json())
    context.print_json(Json{{"version", LEANLAB_VERSION}});
  else
    context.print(fmt::format("leanlab {}\n", LEANLAB_VERSION));
  return 0;
}

}  // namespace leanlab::cli

// completions: prints a shell's completion script.
#include "cli/completions.h"

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/globals.h"

namespace leanlab::cli {
namespace {

Result<int> run_completions(Context& context, const Arguments& arguments) {
  const std::string& shell = arguments.word("shell");
  if (shell == "bash") context.print(bash_completions(commands(), global_options()));
  if (shell == "zsh") context.print(zsh_completions(commands(), global_options()));
  if (shell == "fish") context.print(fish_completions(commands(), global_options()));
  return 0;
}

}  // namespace

Command completions_command() {
  return {.name = "completions",
          .positionals = {{.name = "shell", .kind = Kind::choice, .choices = {"bash", "zsh", "fish"}}},
          .run = run_completions};
}

}  // namespace leanlab::cli

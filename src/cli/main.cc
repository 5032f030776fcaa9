// leanlab: parse, dispatch, report, exit. What each step does stands in its own file.
#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/globals.h"
#include "cli/help.h"

namespace leanlab::cli {
namespace {

Result<int> dispatch(const std::vector<std::string>& words, Context& context) {
  TRY_ASSIGN(const CommandLine line, parse_command_line(words, global_options(), commands()));
  TRY(apply_globals(context, line.arguments));
  if (line.arguments.has("--version")) return print_version(context);
  if (line.arguments.has("--help") || !line.command)
    return print_help(context, line.command ? line.command->name : "leanlab");
  if (!line.command->run)
    return fail(
        Error(ErrorCode::unsupported, fmt::format("'leanlab {}' is not built yet", line.command->name))
            .then("leanlab help"));
  static Interrupt interrupt;  // outlives every thread that might still look at it
  if (line.command->signals == Signals::interrupt) raise_on_signals(interrupt);
  context.interrupt = &interrupt;
  context.person.interrupt = &interrupt;
  return line.command->run(context, line.arguments);
}

Result<int> dispatch_without_exceptions(const std::vector<std::string>& words, Context& context) {
  try {
    return dispatch(words, context);
  } catch (const std::exception& exception) {
    return fail(Error(ErrorCode::internal, fmt::format("internal error: {}", exception.what()))
                    .then("please report this with the command that you typed"));
  }
}

}  // namespace
}  // namespace leanlab::cli

int main(int argc, char** argv) {
  using namespace leanlab;
  const std::vector<std::string> words(argv + 1, argv + std::max(argc, 1));
  cli::Context context = cli::early_context(words);
  const Result<int> code = cli::dispatch_without_exceptions(words, context);
  if (!code) cli::report_error(code.error(), context);
  if (!context.printed()) {
    cli::report_error(context.printed().error(), context);
    return exit_code(context.printed().error().code);
  }
  return code ? *code : exit_code(code.error().code);
}

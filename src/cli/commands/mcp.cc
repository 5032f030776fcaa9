// mcp: leanlab as an MCP server on stdio.
#include "base/fs.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "mcp/tools.h"

namespace leanlab::cli {
namespace {

Result<int> run_mcp(Context& context, const Arguments& arguments) {
  mcp::ToolOptions options;
  options.program = executable_path();
  options.directory = context.directory;
  options.state_dir = context.state_dir;
  options.may_approve = arguments.has("--allow-approve");
  options.has_command = [](const std::string& name) {
    const Command* command = find_command(name);
    return command != nullptr && command->run != nullptr;
  };
  TRY(mcp::serve_stdio(mcp::make_tools(options), LEANLAB_VERSION));
  return 0;
}

}  // namespace

Command mcp_command() {
  return {.name = "mcp", .options = {{.name = "--allow-approve"}}, .run = run_mcp};
}

}  // namespace leanlab::cli

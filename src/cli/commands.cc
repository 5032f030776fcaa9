// Commands: the table. A command is commands/NAME.cc, commands/NAME.md, its test and one row here.
#include "cli/commands.h"

// Each row's function is defined in commands/NAME.cc.
#define LEANLAB_COMMANDS(row)                                                                               \
  row(init) row(check) row(lock) row(unlock) row(run) row(stop) row(submit) row(list) row(status) row(show) \
      row(log) row(verify) row(rebuild) row(rescore) row(remove) row(rename) row(export) row(record)        \
          row(demo) row(config) row(doctor) row(redteam) row(completions) row(help) row(fix) row(estimate)  \
              row(prices) row(mcp)

namespace leanlab::cli {

#define LEANLAB_DECLARE(name) Command name##_command();
LEANLAB_COMMANDS(LEANLAB_DECLARE)
#undef LEANLAB_DECLARE

namespace {

Command not_yet(std::string name, std::string summary) {
  return {.name = std::move(name), .summary = std::move(summary)};
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
#define LEANLAB_ROW(name) name##_command(),
      LEANLAB_COMMANDS(LEANLAB_ROW)
#undef LEANLAB_ROW
          not_yet("serve", "the web board of a lab"),
      not_yet("board", "the web board of the project"),
      not_yet("spec", "draft a spec and acceptance tests for a change"),
      not_yet("gate", "run only the gate of a task"),
      not_yet("build", "engineer, gate, review and merge tasks"),
      not_yet("clean", "remove worktrees and branches of tasks"),
  };
  return table;
}

const Command* find_command(const std::string& name) {
  for (const Command& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

}  // namespace leanlab::cli

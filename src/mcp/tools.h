// Tools: leanlab's commands as tools. Each call runs our own program with `--json`, so that a tool does exactly what the
// command does.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mcp/server.h"

namespace leanlab::mcp {

struct ToolOptions {
  std::filesystem::path program;    ///< our own binary
  std::filesystem::path directory;  ///< where commands run
  std::string state_dir;            ///< as --state-dir; may be empty
  bool may_approve = false;  ///< the person granted acts of the owner: init, unlock, spec with approval
  std::function<bool(const std::string&)> has_command;  ///< whether this build has the command
};

/// The tools of this build. Commands know by their environment that an agent drives them.
[[nodiscard]] std::vector<Tool> make_tools(const ToolOptions& options);

}  // namespace leanlab::mcp

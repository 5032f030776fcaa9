// Agents: `--agent` as commands read it.
#pragma once

#include <map>
#include <string>

#include "cli/arguments.h"

namespace leanlab::cli {

/// Role to agent, from `--agent NAME` (key "": all roles) and `--agent director=NAME`.
[[nodiscard]] std::map<std::string, std::string> agents_of(const Arguments& arguments);

}  // namespace leanlab::cli

// Commands: the table of all commands of the contract, built or not.
#pragma once

#include <vector>

#include "cli/command.h"

namespace leanlab::cli {

[[nodiscard]] const std::vector<Command>& commands();
/// By name; null when there is none.
[[nodiscard]] const Command* find_command(const std::string& name);

}  // namespace leanlab::cli

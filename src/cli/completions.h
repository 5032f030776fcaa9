// Completions: shell scripts made from the tables, so that they never lag behind.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace leanlab::cli {

/// A script to source. Commands that are not built yet are not offered; labs are asked of `leanlab list --names`.
[[nodiscard]] std::string bash_completions(const std::vector<Command>& commands,
                                           const std::vector<Option>& globals);
[[nodiscard]] std::string zsh_completions(const std::vector<Command>& commands,
                                          const std::vector<Option>& globals);
[[nodiscard]] std::string fish_completions(const std::vector<Command>& commands,
                                           const std::vector<Option>& globals);

}  // namespace leanlab::cli

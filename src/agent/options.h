// Options: what `agents.*.options` of lab.json says of one agent. Each backend knows some of them and refuses the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace leanlab::agent {

/// None of them set: the backend's own ways.
struct AgentOptions {
  std::optional<std::uint64_t> max_turns;   ///< claude: answers of the model in one turn
  std::string effort;                       ///< claude, codex: how hard it thinks, as the tool calls it
  std::optional<double> temperature;        ///< api
  std::optional<std::uint64_t> max_tokens;  ///< api: of one answer
  std::optional<std::uint64_t> max_steps;   ///< api: answers in one turn
  std::vector<std::string> args;            ///< claude, codex: further arguments for the program
};

/// Reads a JSON object's text; empty: no options. `known` are those of `backend`. Errors: misconfigured, naming the option, what
/// is wrong with it, and which there are.
[[nodiscard]] Result<AgentOptions> read_options(const std::string& backend, const std::string& json,
                                                const std::vector<std::string>& known);

}  // namespace leanlab::agent

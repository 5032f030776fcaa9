// Estimate: what a run will cost, from what the same agents cost in this lab before.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/result.h"
#include "lab/config.h"
#include "lab/project.h"

namespace leanlab::metric {

/// One role's part.
struct RoleEstimate {
  std::string role;
  std::string agents;         ///< "claude:opus, codex"
  double turns = 0;           ///< expected
  std::uint64_t basis = 0;    ///< turns on record that it rests on
  std::optional<double> usd;  ///< none: no turn with a known cost is on record
  std::optional<double> tokens;
};
struct Estimate {
  std::uint64_t experiments = 0;
  std::vector<RoleEstimate> roles;
  std::optional<double> usd;  ///< none: a role's is unknown
  std::optional<double> tokens;
  std::optional<double> seconds;  ///< wall time; none: nothing is on record
  bool needs_probe = false;       ///< a role that costs something has no turn on record
};

/// `agents` as in RunOptions. Errors: integrity, io, usage.
[[nodiscard]] Result<Estimate> estimate_run(const lab::Place& place, const lab::Config& config,

                                            const std::map<std::string, std::string>& agents,
                                            std::uint64_t experiments, std::uint32_t parallel,
                                            const Clock& clock);

}  // namespace leanlab::metric

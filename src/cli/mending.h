// Mending: check, let an agent mend what failed, check again; for `fix` and at the end of `init`.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/result.h"
#include "cli/context.h"
#include "lab/checks.h"
#include "lab/config.h"
#include "lab/project.h"

namespace leanlab::cli {

struct Mending {
  std::vector<lab::Check> checks;  ///< of the last round
  int rounds = 0;                  ///< turns that were taken
  bool ok = false;
};

/// `agents` as `--agent` says. The agent is made only when something failed. Errors: agent_unavailable (nobody can mend), those
/// of the turns but for goal_not_met.
[[nodiscard]] Result<Mending> mend(Context& context, const lab::Project& project, const lab::Place& place,
                                   const std::map<std::string, std::string>& agents);

/// The agent for a role outside of a run: the flag, the lab's, the user's; for architect and fixer also each other's and the
/// Worker's where these can play it; else the first agent that is installed and logged in. Errors: agent_unavailable, usage.
[[nodiscard]] Result<std::unique_ptr<agent::Agent>> agent_for(
    const std::string& role, const std::map<std::string, std::string>& flags,
    const std::map<std::string, std::vector<lab::AgentChoice>>& lab_agents,
    const std::filesystem::path& folder);

}  // namespace leanlab::cli

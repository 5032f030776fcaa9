// Fixer: an agent mends a lab whose checks failed, in a copy; what it may change is taken over.
#pragma once

#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/result.h"
#include "lab/checks.h"
#include "lab/project.h"

namespace leanlab::metric {

/// How many times an agent is asked.
inline constexpr int k_fix_rounds = 3;

struct Mended {
  std::vector<std::string> changed;  ///< files that were taken over
  std::vector<std::string>
      refused;  ///< files that it changed and may not: sealed ones, experiments, the engine's
};

/// One turn. Files of a locked lab that the seal covers stay as they are. The versions before and after are in the ledger.
/// The lab's lock must not be held. Errors: lab_busy, goal_not_met (the turn failed), agent_unavailable, interrupted, io.
[[nodiscard]] Result<Mended> mend_lab(const lab::Project& project, const lab::Place& place,
                                      const std::vector<lab::Check>& failed, agent::Agent& agent,
                                      const std::string& driver, const Clock& clock,
                                      const Interrupt& interrupt);

}  // namespace leanlab::metric

// Team: which agent plays the Worker, and why.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "agent/agent.h"
#include "base/result.h"
#include "metric/session.h"

namespace leanlab::metric {

/// The flags' choice, else the lab's, else `tuner`; says which and why. `wanted` keys are roles, "" stands for all.
/// Errors: usage, unsupported, misconfigured (nothing to tune).
[[nodiscard]] Result<std::unique_ptr<agent::Agent>> choose_worker(
    Session& session, const std::map<std::string, std::string>& wanted, std::uint64_t experiments);

}  // namespace leanlab::metric

// Reach: what an agent's turn may read of the machine, and what it must not see.
#pragma once

#include "agent/agent.h"
#include "metric/session.h"

namespace leanlab::metric {

/// Sets what `request` may read: the project, without the engine's state, the labs, what the seal covers and the lab's data;
/// and the interpreters of the validator. The workspace is the request's own.
void set_reach(const Session& session, agent::TurnRequest& request);

}  // namespace leanlab::metric

// Reach: what an agent's turn may read of the machine, and what it must not see.
#pragma once

#include <string>
#include <vector>

#include "agent/agent.h"
#include "lab/project.h"
#include "lab/tally.h"
#include "metric/session.h"

namespace leanlab::metric {

/// Sets what `request` may read: the project, without the engine's state, the labs, what the seal covers and the lab's data;
/// and the interpreters of the validator. The workspace is the request's own.
void set_reach(const Session& session, agent::TurnRequest& request);

/// The same without a lab: the project, without its labs, its git history and the engine's state.
void set_reach(const lab::Project& project, agent::TurnRequest& request);

/// What no experiment has any business in, besides its lab: the labs, the engine's state, the user's private places. Absolute.
[[nodiscard]] std::vector<std::string> kept_from_experiments(const Session& session);

/// What a turn tried and was refused that a person should hear of, a sentence each: connections, sockets where it had no
/// network, files that are kept from it. The rest stands in its record and its transcript.
[[nodiscard]] std::vector<std::string> refusals(const lab::TurnRecord& record);

}  // namespace leanlab::metric

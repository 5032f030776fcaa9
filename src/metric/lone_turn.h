// LoneTurn: one turn outside of a run, for making and mending labs: with patience, a home of its own, and a price.
#pragma once

#include "agent/agent.h"
#include "agent/prices.h"
#include "base/interrupt.h"
#include "base/result.h"
#include "lab/book.h"
#include "lab/project.h"
#include "lab/tally.h"

namespace leanlab::metric {

/// A turn and its record; the turn may have failed.
struct LoneTurn {
  agent::Turn turn;
  lab::TurnRecord record;
};

/// Takes the turn in `request.workspace`; the project may be read, but for the engine's state. Errors: those of
/// Patience::take_turn.
[[nodiscard]] Result<LoneTurn> take_lone_turn(agent::Agent& agent, agent::TurnRequest request,
                                              const lab::Project& project, const Interrupt& interrupt);

/// Puts the turn into a lab's book, with its transcript. Errors: io, no_space.
[[nodiscard]] Status record_turn(lab::Book& book, const LoneTurn& turn);

/// Fills in what a turn told: tokens, session, model, and its cost, as the agent says, else by the tables, else unknown.
void price_turn(lab::TurnRecord& record, const agent::Agent& agent, const agent::Turn& turn,
                const agent::Prices& prices);
/// A fresh id: "s-1f0c…".
[[nodiscard]] std::string turn_id();

}  // namespace leanlab::metric

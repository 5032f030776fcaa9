// Turns: every turn of an agent goes through here. It starts only below the caps, its cost is priced and recorded whatever
// comes of it, and a Worker's is kept on disk until its file is in the book.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "agent/agent.h"
#include "agent/patience.h"
#include "agent/prices.h"
#include "base/result.h"
#include "lab/tally.h"
#include "metric/kept_turn.h"
#include "metric/session.h"

namespace leanlab::metric {

/// What this run may still spend; none: no cap. What is under way counts with the dearest turn so far.
struct Caps {
  std::optional<double> usd;
  std::optional<std::uint64_t> tokens;
  std::optional<SteadyTime> until;  ///< the lab's hours
};

/// One turn, as its caller wants it kept.
struct TurnPurpose {
  std::uint64_t attempt = 0;
  std::filesystem::path folder;          ///< its workspace; the note lies beside it
  const Workspace* workspace = nullptr;  ///< a proposal: kept until it is in the book
  std::string parent;
  agent::Patience::OnPause on_pause;  ///< told of pauses when the agent is limited or logged out
};
struct TakenTurn {
  agent::Turn turn;
  lab::TurnRecord record;
};

class Turns {
 public:
  /// `tally` is what the lab has spent before.
  Turns(Session& session, agent::Prices prices, Caps caps, lab::Tally tally);

  /// Waits for what is under way where only that could break a cap, then takes the turn. Errors: budget_spent (it was not
  /// started), goal_not_met (the turn failed; it is recorded), and those of Agent::take_turn. Thread: any.
  [[nodiscard]] Result<TakenTurn> take(agent::Agent& agent, agent::TurnRequest request,
                                       const TurnPurpose& purpose);
  /// What this run has spent so far. Thread: any.
  [[nodiscard]] lab::Spent spent() const;
  /// "the budget of $2 is spent: $2.04 in 12 turns": what stopped the run, with any overshoot.
  [[nodiscard]] Error spent_error(const std::string& what) const;

 private:
  Status reserve(double& left_usd);
  void release(const lab::TurnRecord* record);
  void tell_refusals(const lab::TurnRecord& record);
  agent::Patience& patience_of(const agent::Agent& agent);
  [[nodiscard]] lab::TurnRecord begin(const agent::Agent& agent, const agent::TurnRequest& request,
                                      const TurnPurpose& purpose) const;
  Status finish(lab::TurnRecord& record, const agent::Turn& turn);

  Session& session_;
  const agent::Prices prices_;
  const Caps caps_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<const agent::Agent*, std::unique_ptr<agent::Patience>> patience_;
  lab::Spent spent_;
  std::set<std::string> told_;  ///< refusals: each is told once a run
  std::uint64_t under_way_ = 0;
  double dearest_usd_;
  std::uint64_t most_tokens_;
  bool any_priced_;
};

}  // namespace leanlab::metric

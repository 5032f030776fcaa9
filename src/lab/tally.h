// Tally: what a lab's turns have cost and how far its team has come; a projection of the ledger that is carried on from
// where it stopped, so that asking costs the same with a million records.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "lab/config.h"
#include "lab/project.h"
#include "store/ledger.h"

namespace leanlab::lab {

/// One turn as the ledger's record `turn` holds it.
struct TurnRecord {
  std::string id;  ///< "s-1f0c…": what `log` and `show` take
  std::string role;
  std::string agent;
  std::string model;               ///< empty: unknown
  std::string session;             ///< the backend's own name of it
  std::optional<double> cost_usd;  ///< none: unknown
  std::string cost_from;           ///< "agent", "prices", or empty
  /// For a turn that was cut off: what budgets count in place of its cost, the dearest turn so far.
  double assumed_usd = 0;
  std::optional<agent::Tokens> tokens;
  double seconds = 0;
  std::string outcome;     ///< "done", "failed: why", "cut off", "interrupted"
  std::string transcript;  ///< blob
  std::uint64_t attempt = 0;
  std::vector<agent::Denied> denied;  ///< what it tried and its sandbox refused
  std::string network;                ///< how its network was held: agent::name(Network)
};
[[nodiscard]] Json to_record(const TurnRecord& turn);
/// Tolerant: what is missing or of a wrong type stays unknown.
[[nodiscard]] TurnRecord turn_from_record(const Json& body);

/// Input, output and both kinds of cache.
[[nodiscard]] std::uint64_t total(const agent::Tokens& tokens);
/// Adds what one of them knows.
void add(std::optional<agent::Tokens>& sum, const std::optional<agent::Tokens>& more);

/// What some turns have cost. Unknown costs are counted, never guessed.
struct Spent {
  std::uint64_t turns = 0;
  double usd = 0;              ///< of turns with a known cost
  double assumed_usd = 0;      ///< of turns that were cut off
  std::uint64_t unpriced = 0;  ///< turns whose cost is unknown, those cut off among them
  std::optional<agent::Tokens> tokens;
  std::uint64_t uncounted = 0;  ///< turns that did not tell their tokens
  double dearest_usd = 0;       ///< one turn's
  std::uint64_t most_tokens = 0;
  double seconds = 0;

  void add(const TurnRecord& turn);
  /// The whole cost; none when a turn's is unknown.
  [[nodiscard]] std::optional<double> cost_usd() const {
    return unpriced > 0 ? std::nullopt : std::optional<double>(usd);
  }
};

struct Tally {
  Spent spent;
  std::map<std::string, Spent> by_agent;  ///< key "<role> <agent>"
  double run_seconds = 0;                 ///< of all runs
  std::uint64_t experiments = 0;          ///< judged, not imported
  std::uint64_t scored = 0;               ///< of these, with a value
  std::uint64_t accepted = 0;
  double evaluation_seconds = 0;
  std::uint64_t critic_at = 0;       ///< `scored` when the Critic was woken last
  std::uint64_t director_at = 0;     ///< and the Director
  std::optional<double> budget_usd;  ///< the lab's cap when its last run began
  std::deque<std::string> recent;    ///< ids of the last turns
  store::Head read;                  ///< up to here

  [[nodiscard]] bool knows(const std::string& turn) const;
};

/// Brings the tally up to the ledger's end and keeps it for the next time where the state can be written. A lab without a
/// ledger has an empty one. Errors: integrity, unsupported, io.
[[nodiscard]] Result<Tally> read_tally(const Place& place, const Clock& clock);

}  // namespace leanlab::lab

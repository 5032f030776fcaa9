// Patience: takes turns of agents that are rate-limited, overloaded or logged out again, after growing pauses.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "agent/agent.h"
#include "base/clock.h"

namespace leanlab::agent {

/// A pause that has begun or goes on.
struct Pause {
  TurnEnd why = TurnEnd::rate_limited;
  std::string agent;
  std::string problem;  ///< one sentence
  std::string next;     ///< what a person can do; may be empty
  UtcTime until;
  std::chrono::milliseconds left{0};
  bool begins = false;  ///< the first telling of this pause
};
/// "rate limit: the agent goes on in 4 min 30 s (at 14:30:05)".
[[nodiscard]] std::string describe(const Pause& pause);

struct PatienceOptions {
  std::chrono::milliseconds first_pause{15'000};  ///< where the provider names no time; doubled each time
  std::chrono::milliseconds longest_pause{30 * 60'000};
  std::chrono::milliseconds most{24 * 3600'000};            ///< of pauses in a row, for limits and overloads
  std::chrono::milliseconds most_for_person{2 * 3600'000};  ///< where only a person can help: login, credit
};
/// The usual ones; LEANLAB_PATIENCE (seconds in all) shortens them: 0 never waits.
[[nodiscard]] PatienceOptions patience_options();

/// One for each agent of a run, shared by its attempts: what stops one of them holds the others back too.
class Patience {
 public:
  using OnPause = std::function<void(const Pause&)>;
  Patience(const Clock& clock, PatienceOptions options) : clock_(clock), options_(options) {}

  /// The agent's turn, taken again after each end that says nothing of the attempt, until it is `done` or `failed`. Cost and
  /// tokens of all tries are added. `on_pause` is told of a pause when it begins and while it lasts: a countdown.
  /// Errors: as Agent::take_turn; agent_unavailable when patience has run out; interrupted also during a pause.
  /// `spent` becomes what the tries that came to a limit have cost, for when none comes to more. Thread: any.
  [[nodiscard]] Result<Turn> take_turn(Agent& agent, const TurnRequest& request, const Interrupt& interrupt,
                                       const OnPause& on_pause, Turn* spent = nullptr);

 private:
  [[nodiscard]] Status wait(Pause pause, const Interrupt& interrupt, const OnPause& on_pause) const;
  [[nodiscard]] Status hold_back(const Interrupt& interrupt, const OnPause& on_pause);
  [[nodiscard]] Result<Pause> next_pause(const Agent& agent, const Turn& turn);
  void forget();

  const Clock& clock_;
  const PatienceOptions options_;
  std::mutex mutex_;  // guards what follows
  std::optional<Pause> current_;
  std::optional<SteadyTime> since_;  // of the first pause in a row
  std::uint32_t in_a_row_ = 0;
};

/// Adds what a turn cost to a sum; unknown stays unknown.
void add_usage(Turn& sum, const Turn& turn);

}  // namespace leanlab::agent

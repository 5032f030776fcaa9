// Team: which agents play the roles of a lab, and why.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "agent/prices.h"
#include "base/result.h"
#include "metric/session.h"

namespace leanlab::metric {

class Team {
 public:
  /// For each role the flags' choice, else the lab's, else the user's, else (Worker) `tuner`; says which and why. `wanted`
  /// keys are roles, "" stands for all. A Director or Critic whom nobody names is played by the Worker's agents when these
  /// are no plain programs. Errors: usage, unsupported, misconfigured (nothing to tune; it cannot play the role).
  [[nodiscard]] static Result<std::unique_ptr<Team>> make(Session& session,
                                                          const std::map<std::string, std::string>& wanted,
                                                          bool say_so);

  /// Picks by weight among those who do not rest; the same seed and index pick the same one. Thread: any.
  [[nodiscard]] agent::Agent& worker(std::uint64_t seed, std::uint64_t index) const;
  enum class Rest { until_new_best, for_good };
  enum class Rested { nobody_left, before, now };
  /// Leaves a Worker out, because it cannot go on; not when nobody else is left. Thread: any.
  [[nodiscard]] Rested rest(const agent::Agent& agent, Rest how);
  /// There is a new best: who had nothing more to propose may have now. Thread: any.
  void wake_rested();
  /// Who plays the Director or the Critic this time; null: nobody does.
  [[nodiscard]] agent::Agent* player(agent::Role role, std::uint64_t seed, std::uint64_t index) const;
  /// The member that describes itself so; null: it is not in the team.
  [[nodiscard]] agent::Agent* named(const std::string& description) const;
  /// "claude:opus" or "claude:opus ×2, codex ×1": the Workers.
  [[nodiscard]] std::string describe() const;
  /// All members, each once.
  [[nodiscard]] std::vector<agent::Agent*> members() const;
  /// Members whose turns will have an unknown cost.
  [[nodiscard]] std::vector<std::string> unpriced(const agent::Prices& prices) const;

 private:
  struct Member {
    agent::Agent* agent;
    double weight;
  };
  class Maker;
  [[nodiscard]] const Member* pick(const std::string& role, std::uint64_t seed, std::uint64_t index) const;

  std::map<std::string, std::unique_ptr<agent::Agent>> agents_;  // by spec and options
  std::map<std::string, std::vector<Member>> roles_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<const agent::Agent*, Rest> resting_;
};

}  // namespace leanlab::metric

// Steering: the Director and the Critic, woken by cadence. Each rewrites its own file and nothing else.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/experiment.h"
#include "lab/tally.h"
#include "metric/session.h"
#include "metric/team.h"
#include "metric/turns.h"

namespace leanlab::metric {

class Steering {
 public:
  /// `tally` says how many experiments were scored before, and when the two were woken last.
  Steering(Session& session, const Team& team, Turns& turns, std::uint64_t seed, const lab::Tally& tally);

  /// Counts a recorded experiment and, when it is time, wakes the Critic, then the Director. A turn that fails is told, and
  /// the run goes on. Errors: interrupted, io, no_space, integrity (what a turn broke could not be put back). Thread: any;
  /// one turn at a time, whose caller waits for it.
  [[nodiscard]] Status after(const lab::Experiment& recorded);
  /// Wakes a Director or Critic whose turn in an earlier run was cut off, if it is due; other roles: nothing. Before the first
  /// after(). Errors: as after().
  [[nodiscard]] Status take_again(const std::string& role);
  /// Takes over what a turn of an earlier run wrote: it was paid for already. Before the first after(). Errors: io, no_space.
  [[nodiscard]] Status recover(const KeptTurn& kept);

 private:
  struct Player {
    agent::Role role;
    std::uint32_t every;
    std::uint64_t woken_at;  ///< scored experiments then
    bool awake = false;
  };
  /// What one turn did besides its work.
  struct Trespass {
    std::vector<std::string> in_copy;  ///< files of its private copy, which are thrown away
    std::vector<std::string> in_lab;   ///< files of the lab, which were put back
  };
  class Guard;
  enum class Taken { now, again };  // again: an earlier run may have written the file already

  [[nodiscard]] static bool is_due(const Player& player, std::uint64_t scored) {
    return player.every > 0 && scored / player.every > player.woken_at / player.every;
  }
  Status wake(Player& player, std::uint64_t scored);
  Result<fs::path> make_folder(agent::Role role, std::uint64_t scored);
  Status take_over(agent::Role role, const fs::path& folder, const Trespass& trespass, const TakenTurn& taken,
                   std::uint64_t scored, Taken when);
  void report(agent::Role role, const Trespass& trespass, const std::string& turn);

  Session& session_;
  const Team& team_;
  Turns& turns_;
  const std::uint64_t seed_;
  std::mutex mutex_;  // guards what follows
  std::uint64_t scored_;
  std::vector<Player> players_;
  std::mutex turn_;  // held through a turn: what changes in the lab meanwhile is its doing
};

}  // namespace leanlab::metric

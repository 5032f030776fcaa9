// Events: what a run tells the world while it goes: the progress display, --json=lines, later the board.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lab/config.h"
#include "lab/experiment.h"

namespace leanlab::lab {

/// What an attempt is doing.
enum class Phase { waiting, proposing, validating, queued, judging, repairing, recording };
[[nodiscard]] const char* name(Phase phase);

struct Refusal {
  std::string file;
  std::string reason;
};

struct RunStarted {
  std::string lab;
  Objective objective;
  std::uint64_t planned = 0;    ///< experiments to be made
  std::uint64_t continued = 0;  ///< of an earlier run, judged first
  std::uint32_t parallel = 1;
  std::string agent;
  std::uint64_t seed = 0;
  std::optional<double> best;  ///< before the run
  std::vector<double>
      history;             ///< the last values of best_so_far, oldest first, for a sparkline (at most 60)
  std::string protection;  ///< one line: level, tier and what that means
};
struct AttemptStarted {
  std::uint64_t attempt = 0;  ///< counts within the run
  std::string agent;
};
struct PhaseChanged {
  std::uint64_t attempt = 0;
  Phase phase = Phase::waiting;
  std::string id;      ///< known once it was taken in
  std::string detail;  ///< "fix 1 of 3", a file name, ...
};
struct AttemptFinished {
  std::uint64_t attempt = 0;
  Experiment experiment;
  std::optional<double> previous_best;  ///< best_so_far before it
};
struct AttemptRefused {
  std::uint64_t attempt = 0;
  Refusal refusal;
};
/// A turn that yielded nothing: it cost its turn, the loop goes on.
struct AttemptFailed {
  std::uint64_t attempt = 0;
  std::string reason;
};
struct Notice {
  enum class Kind { info, warning } kind = Kind::info;
  std::string text;
};
/// The closing summary; also what `run --json` prints.
struct RunSummary {
  /// Experiments and refusals that are kept whole; a long run is summed up, its experiments are in the book.
  static constexpr std::size_t k_kept = 1000;

  std::string lab;
  Objective objective;
  std::uint64_t made = 0;                     ///< experiments of this run
  std::map<Verdict, std::uint64_t> verdicts;  ///< of all that were made
  std::vector<Experiment> experiments;        ///< the first k_kept of them
  std::uint64_t refusals = 0;
  std::vector<Refusal> refused;  ///< the first k_kept refusals
  std::optional<double> best_before;
  std::optional<Experiment> best;     ///< the champion now
  std::optional<double> best_parent;  ///< the champion's parent's value
  std::optional<double>
      cost_usd;               ///< of all turns, fruitless ones and the Director's too; none: one is unknown
  double known_cost_usd = 0;  ///< of the turns whose cost is known
  std::uint64_t turns = 0;    ///< that are worth a record: not those of free agents
  std::uint64_t unpriced_turns = 0;
  std::optional<agent::Tokens> tokens;
  bool budget_spent = false;  ///< a cap ended the run: exit 4
  double seconds = 0;
  std::string ended_because;  ///< empty: all were made; else "interrupted", "budget", ...
  std::string next;           ///< what a person can do about that; empty: go on with --resume

  void add(const Experiment& experiment);
  void add(const Refusal& refusal);
  /// New bests among what was made.
  [[nodiscard]] std::uint64_t accepted() const;
};

using Event = std::variant<RunStarted, AttemptStarted, PhaseChanged, AttemptFinished, AttemptRefused,
                           AttemptFailed, Notice, RunSummary>;

/// Takes events in order. Called from many threads, one at a time.
using EventSink = std::function<void(const Event&)>;

/// One event as a JSON object with `event` and `ts`, for --json=lines.
[[nodiscard]] Json to_json(const Event& event, const std::string& ts);
/// The object of contract section 12 for `run` and `submit`.
[[nodiscard]] Json to_json(const RunSummary& summary);

}  // namespace leanlab::lab

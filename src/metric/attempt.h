// Attempt: one proposal from its turn to its record.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <semaphore>
#include <string>

#include "agent/agent.h"
#include "base/result.h"
#include "lab/experiment.h"
#include "metric/session.h"
#include "metric/turns.h"

namespace leanlab::metric {

/// What became of an attempt.
enum class AttemptEnd { recorded, refused, fruitless };

/// What all attempts of a run share.
struct AttemptContext {
  Session& session;
  agent::Agent* agent = nullptr;  ///< none: files of a person, without repairs
  Turns* turns = nullptr;         ///< none with no agent
  std::uint64_t seed = 0;
  std::counting_semaphore<>& proposing;  ///< how many may be in a turn at once
  /// What came of it, for the summary; called before the attempt ends. Thread: any.
  std::function<void(const lab::Experiment&)> on_recorded;
  std::function<void(const lab::Refusal&)> on_refused;
};

/// Lets the agent propose, takes its file in, judges, repairs and records. `remaining` counts proposals after this one.
/// Errors: goal_not_met (a free agent has nothing more to propose: the run ends well), interrupted (what was taken in
/// stays pending), integrity, budget_spent, agent_unavailable, misconfigured, io, no_space: the run ends.
[[nodiscard]] Result<AttemptEnd> run_attempt(AttemptContext& context, std::uint64_t attempt,
                                             std::uint64_t remaining);

/// Takes in and judges what a turn of an earlier run made: it was paid for already. Errors: as run_attempt.
[[nodiscard]] Result<AttemptEnd> recover_attempt(AttemptContext& context, std::uint64_t attempt,
                                                 const KeptTurn& kept);

/// Judges a pending experiment of an earlier run: its proposal was paid for already.
[[nodiscard]] Result<AttemptEnd> continue_attempt(AttemptContext& context, std::uint64_t attempt,
                                                  const lab::Experiment& pending);

/// Judges a file of a person. `file` is absolute.
[[nodiscard]] Result<AttemptEnd> submit_attempt(AttemptContext& context, std::uint64_t attempt,
                                                const std::filesystem::path& file);

}  // namespace leanlab::metric

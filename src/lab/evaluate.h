// Evaluate: one evaluation at a level, from its order to its judgement. run, submit, check and rescore all judge
// through it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "base/interrupt.h"
#include "base/result.h"
#include "exec/executor.h"
#include "lab/config.h"
#include "lab/experiment.h"
#include "lab/judge_job.h"
#include "lab/judgement.h"
#include "lab/project.h"

namespace leanlab::lab {

struct Evaluation {
  exec::JobReport report;
  Judgement judgement;
  sandbox::Limits limits;  ///< those in force
};

/// How to evaluate, besides what.
struct EvaluationManner {
  Level level = Level::in_process;
  std::filesystem::path scratch;  ///< a folder of the engine's, for what exists only meanwhile
  std::optional<std::chrono::milliseconds> patience;  ///< a shorter wall limit than the lab's
  /// Called with what judge and candidate say while they say it, from any thread. May be empty.
  std::function<void(std::string_view)> on_output = {};
};

/// Runs `order.command`, which must be the lab's eval_cmd. Blocks. An evaluation that was interrupted is a
/// report that says so. Errors: misconfigured (a program is not found, the level does not fit the evaluator), io.
[[nodiscard]] Result<Evaluation> evaluate(const JudgeOrder& order, const Config& config,
                                          const EvaluationManner& manner, exec::Executor& executor,
                                          const Interrupt& interrupt);

/// Where a lab's judge keeps what it builds once.
[[nodiscard]] std::filesystem::path judge_cache(const Place& place);

/// How often the judge asked the candidate for something; none: it did not get to tell.
[[nodiscard]] std::optional<std::uint64_t> requests_made(const exec::SplitReport& split);

}  // namespace leanlab::lab

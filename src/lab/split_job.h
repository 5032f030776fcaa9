// SplitJob: an evaluation as a job of two processes, so that the experiment never runs where its score is made
// (docs/judging.md).
#pragma once

#include <filesystem>

#include "base/result.h"
#include "exec/executor.h"
#include "lab/config.h"
#include "lab/experiment.h"
#include "lab/judge_job.h"
#include "lab/judgement.h"

namespace leanlab::lab {

/// judge_job() for eval_cmd at level isolated or proxied. `order.file` is the experiment; the evaluator gets the path of
/// a stub instead, which is written into `scratch`: an empty folder of the engine's that outlives the job. Only the candidate's process can read the experiment; it is what candidate_cmd starts, else
/// leanlab's Python worker. Errors: misconfigured (the evaluator is no Python and there is no candidate_cmd, leanlab's
/// own files are not found), io.
[[nodiscard]] Result<exec::Job> split_job(const JudgeOrder& order, const Config& config, Level level,
                                          const std::filesystem::path& scratch);

/// judge_outcome() for it. A judge that has not greeted gives no score, whatever it printed.
[[nodiscard]] Judgement judge_split(const exec::JobReport& report, const sandbox::Limits& limits,
                                    const std::string& metric, Level level);

/// The folder of the Python module leanlab_judge: beside the installed binary or in the sources. Errors: misconfigured.
[[nodiscard]] Result<std::filesystem::path> bundled_python();
/// The folder of leanlab_judge.h.
[[nodiscard]] Result<std::filesystem::path> bundled_cpp();

}  // namespace leanlab::lab

// JudgeJob: one command of a lab (evaluator or validator) as a job for an executor: program, environment, policy, limits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "exec/executor.h"
#include "lab/config.h"
#include "sandbox/policy.h"

namespace leanlab::lab {

/// What a job is made from.
struct JudgeOrder {
  std::string command;           ///< config.eval_cmd or config.validate_cmd
  std::string file;              ///< the experiment, relative to `folder`
  std::filesystem::path lab;     ///< the lab's own folder: programs and interpreters are resolved from here
  std::filesystem::path folder;  ///< where it runs: the lab, or a private copy of its sealed files
  std::filesystem::path private_folder;  ///< HOME and TMPDIR; writable
  std::uint64_t seed = 0;                ///< LEANLAB_SEED
  std::string environment = {};          ///< a seal's recorded one; empty: ours
};

/// The limits of one evaluation as lab.json gives them.
[[nodiscard]] sandbox::Limits evaluation_limits(const Config& config);

/// Errors: misconfigured (a program is not found).
[[nodiscard]] Result<exec::Job> judge_job(const JudgeOrder& order, const Config& config);

}  // namespace leanlab::lab

// JudgeJob: one command of a lab (evaluator or validator) as a job for an executor: program, environment, policy,
// limits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "exec/executor.h"
#include "lab/config.h"
#include "lab/experiment.h"
#include "lab/interpreter.h"
#include "lab/seal.h"
#include "sandbox/policy.h"

namespace leanlab::lab {

/// What a job is made from. It runs in the lab's folder; HOME and TMPDIR are the private folder that the sandbox makes.
struct JudgeOrder {
  std::string command;        ///< config.eval_cmd or config.validate_cmd
  std::string file;           ///< the experiment, relative to the lab
  std::filesystem::path lab;  ///< the lab's folder
  std::uint64_t seed = 0;     ///< LEANLAB_SEED
  const Seal* seal =
      nullptr;  ///< its files are what the job may read, its environment what it gets; none: the whole lab
  sandbox::Tier tier = sandbox::Tier::C;
  /// Absolute: what is kept from experiments besides the lab's own folder; a try at it stands in the record.
  std::vector<std::string> watch = {};
  /// Kept between evaluations for judges that run apart: the judge writes it as LEANLAB_CACHE_DIR; candidates and validators
  /// read `public` in it, as theirs. Empty: none.
  std::filesystem::path cache = {};
};

/// The limits of one evaluation as lab.json gives them.
[[nodiscard]] sandbox::Limits evaluation_limits(const Config& config);

/// What a program needs besides the system's own folders: itself, its interpreter, prefix and packages.
[[nodiscard]] std::vector<std::string> program_paths(const ResolvedCommand& command,
                                                     const std::filesystem::path& lab);

/// Errors: misconfigured (a program is not found).
[[nodiscard]] Result<exec::Job> judge_job(const JudgeOrder& order, const Config& config);

/// judge_job() for validate_cmd. Where experiments are judged apart, the validator sees neither the evaluator nor `data`, as
/// in a Worker's private copy: what it says of an experiment is shown to agents, and the experiment may run in it.
[[nodiscard]] Result<exec::Job> validator_job(const JudgeOrder& order, const Config& config, Level level);

/// One line for people: level and tier, and what they do not protect from.
[[nodiscard]] std::string protection_line(Level level, sandbox::Tier tier);

}  // namespace leanlab::lab

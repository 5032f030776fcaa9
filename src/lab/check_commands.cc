// Checks that run the lab's own commands: on the sample, and on a file that does not exist.
#include <algorithm>

#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/strings.h"
#include "exec/executor.h"
#include "lab/check_memory.h"
#include "lab/check_run.h"
#include "lab/evaluate.h"
#include "lab/interpreter.h"
#include "lab/judge_job.h"
#include "lab/judgement.h"
#include "sandbox/probe.h"

namespace leanlab::lab {

namespace {

using Words = std::vector<std::string>;

// A check is to take seconds: what an evaluator gets here, if its own limit is longer.
constexpr std::chrono::milliseconds k_trial_limit{30'000};
// A missing file is noticed before the work begins.
constexpr std::chrono::milliseconds k_missing_patience{15'000};

struct Trial {
  sandbox::Outcome outcome;
  sandbox::Limits limits;
  Judgement judgement;  ///< of an evaluator
};

Result<Trial> try_validator(const CheckRun& run, const std::string& command, const std::string& file,
                            std::chrono::milliseconds patience) {
  JudgeOrder order{.command = command, .file = file, .lab = run.place.folder};
  order.tier = sandbox::probe().tier;
  if (run.seal) order.seal = &*run.seal;
  const auto executor = exec::make_local_executor({});
  order.cache = judge_cache(run.place);
  const Level level = run.judging ? run.judging->level : Level::in_process;
  TRY_ASSIGN(exec::Job job, validator_job(order, run.config, level));
  job.policy.limits.wall = std::min(job.policy.limits.wall, patience);
  TRY_ASSIGN(exec::JobReport report, executor->run(job, run.interrupt));
  return Trial{std::move(report.outcome), job.policy.limits, {}};
}

Result<Trial> try_evaluator(const CheckRun& run, const std::string& file,
                            std::chrono::milliseconds patience) {
  JudgeOrder order{.command = run.config.eval_cmd, .file = file, .lab = run.place.folder};
  order.tier = sandbox::probe().tier;
  if (run.seal) order.seal = &*run.seal;
  const auto executor = exec::make_local_executor({});
  TRY_ASSIGN(const TempDirectory scratch, TempDirectory::make());
  if (::access(run.place.state.c_str(), W_OK) == 0) order.cache = judge_cache(run.place);
  const EvaluationManner manner{.level = run.judging ? run.judging->level : Level::in_process,
                                .scratch = scratch.path(),
                                .patience = patience};
  TRY_ASSIGN(Evaluation evaluation, evaluate(order, run.config, manner, *executor, run.interrupt));
  return Trial{std::move(evaluation.report.outcome), evaluation.limits, std::move(evaluation.judgement)};
}

/// How a person runs it by hand.
std::string by_hand(const CheckRun& run, const std::string& command, const std::string& file) {
  const auto resolved = resolve_command(command, file, run.place.folder);
  return resolved ? fmt::format("cd {} && {}", join_command(Words{run.place.folder.string()}),
                                join_command(resolved->argv))
                  : command;
}

/// The patience of a check ended it, not the lab's own limit.
bool only_slow(const CheckRun& run, const Trial& trial) {
  return trial.outcome.end == sandbox::End::wall_limit && trial.limits.wall < run.config.evaluation_limit;
}

std::string seconds(const Trial& trial) {
  return human_duration(std::chrono::duration_cast<std::chrono::milliseconds>(trial.outcome.wall));
}

/// A name that no experiment has, with the sample's ending.
std::string missing_file(const CheckRun& run) {
  const std::string ending = run.sample.empty() ? ".py" : fs::path(run.sample).extension().string();
  return fmt::format("{}/leanlab_check_missing_{}{}", run.config.experiments_dir, ::getpid(), ending);
}

void evaluator_on_sample(CheckRun& run) {
  static const std::string k_name = "evaluator";
  const auto trial = try_evaluator(run, run.sample, k_trial_limit);
  if (!trial) return run.fail(k_name, trial.error());
  if (only_slow(run, *trial)) {
    return run.warn(k_name,
                    fmt::format("needs more than {} for {}, so its score was not seen; to run it anyway: {}",
                                human_duration(k_trial_limit), run.sample,
                                by_hand(run, run.config.eval_cmd, run.sample)));
  }
  const Judgement& judgement = trial->judgement;
  if (!judgement.value) {
    return run.fail(k_name, fmt::format("{} gets no score: {}\nto see all of it: {}", run.sample,
                                        judgement.reason, by_hand(run, run.config.eval_cmd, run.sample)));
  }
  std::string message =
      fmt::format("{} gets {} = {} in {}", run.sample, printable(run.config.objective.metric),
                  short_number(*judgement.value), seconds(*trial));
  if (judgement.warnings.empty()) return run.ok(k_name, message);
  run.warn(k_name, message + "; " + fmt::format("{}", fmt::join(judgement.warnings, "; ")));
}

void evaluator_on_missing(CheckRun& run) {
  static const std::string k_name = "evaluator, missing file";
  const std::string missing = missing_file(run);
  const auto trial = try_evaluator(run, missing, k_missing_patience);
  if (!trial) return run.fail(k_name, trial.error());
  const Judgement& judgement = trial->judgement;
  const std::string said = trial->outcome.out + trial->outcome.err;
  if (judgement.value) {
    run.fail(
        k_name,
        fmt::format("it gives {} = {} for a file that does not exist; it must fail, or any experiment could "
                    "win by not being there",
                    printable(run.config.objective.metric), short_number(*judgement.value)));
  } else if (trial->outcome.end == sandbox::End::wall_limit) {
    run.warn(
        k_name,
        fmt::format("it did not notice within {} that its file is missing: let it look at the file first",
                    human_duration(trial->limits.wall)));
  } else if (said.find(fs::path(missing).filename().string()) != std::string::npos) {
    run.ok(k_name, "fails at once and names the file");
  } else if (trial->outcome.status.ok()) {
    run.warn(
        k_name,
        "it prints no score, but ends with status 0 as if all were well: let it end with another status");
  } else if (run.config.eval_cmd.find("{file}") == std::string::npos) {
    run.fail(k_name, "\"eval_cmd\" has no {file}, so the evaluator never learns which experiment is meant");
  } else {
    run.warn(k_name,
             fmt::format("it fails without naming the file: does it take the path, or a flag, for it? {}",
                         judgement.reason));
  }
}

void check_evaluator(CheckRun& run) {
  if (!resolve_command(run.config.eval_cmd, "x", run.place.folder)) return;  // told by check_programs
  evaluator_on_missing(run);
  if (!run.sample.empty() && !run.interrupt.raised()) evaluator_on_sample(run);
}

void check_validator(CheckRun& run) {
  static const std::string k_name = "validator";
  if (trim(run.config.validate_cmd).empty())
    return run.warn(k_name,
                    "there is none: mistakes in an experiment's form show only when it is scored; "
                    "\"validate_cmd\" in lab.json names one");
  if (!resolve_command(run.config.validate_cmd, "x", run.place.folder)) return;
  const auto missing = try_validator(run, run.config.validate_cmd, missing_file(run), k_missing_patience);
  if (!missing) return run.fail(k_name, missing.error());
  if (validator_objection(missing->outcome, missing->limits).empty())
    return run.fail(k_name, "it calls a file VALID that does not exist");
  if (run.sample.empty() || run.interrupt.raised()) return;
  const auto trial = try_validator(run, run.config.validate_cmd, run.sample, k_trial_limit);
  if (!trial) return run.fail(k_name, trial.error());
  if (only_slow(run, *trial))
    return run.warn(
        k_name, fmt::format("needs more than {} for {}; to run it anyway: {}", human_duration(k_trial_limit),
                            run.sample, by_hand(run, run.config.validate_cmd, run.sample)));
  const std::string objection = validator_objection(trial->outcome, trial->limits);
  if (!objection.empty()) return run.fail(k_name, fmt::format("{} is not valid: {}", run.sample, objection));
  run.ok(k_name, fmt::format("{} is VALID, in {}; a missing file is not", run.sample, seconds(*trial)));
}

}  // namespace

void check_commands(CheckRun& run) {
  if (run.checking == Checking::trusting && passed_before(run))
    return run.ok("evaluator",
                  fmt::format("passed its trials before, as everything now is; leanlab check {} tries "
                              "it again",
                              run.word()));
  const auto before = static_cast<std::ptrdiff_t>(run.checks.size());
  check_evaluator(run);
  check_validator(run);
  const bool failed = std::any_of(run.checks.begin() + before, run.checks.end(),
                                  [](const Check& check) { return check.status == Check::Status::fail; });
  if (!failed && !run.interrupt.raised()) remember_passed(run);
}

}  // namespace leanlab::lab

// One judgement: prove the seal, validate, evaluate, prove again.
#include "metric/judge.h"

#include <algorithm>

#include "base/crash_point.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/judge_job.h"
#include "lab/judgement.h"

namespace leanlab::metric {

namespace {

// What the evaluator wrote, as `leanlab log` shows it.
std::string log_text(const sandbox::Outcome& outcome) {
  std::string text = outcome.out;
  if (outcome.out_bytes > outcome.out.size())
    text += fmt::format("\n[{} more on stdout were not kept]\n",
                        human_bytes(outcome.out_bytes - outcome.out.size()));
  if (!outcome.err.empty())
    text += (text.empty() || text.back() == '\n' ? "" : "\n") + std::string("--- stderr ---\n") + outcome.err;
  if (outcome.err_bytes > outcome.err.size())
    text += fmt::format("\n[{} more on stderr were not kept]\n",
                        human_bytes(outcome.err_bytes - outcome.err.size()));
  return text;
}

class Judging {
 public:
  Judging(Session& session, lab::Experiment& experiment) : session_(session), experiment_(experiment) {}

  Status run(const std::function<void(lab::Phase)>& on_phase);

 private:
  Result<exec::JobReport> execute(const std::string& command);
  Status keep_log(const sandbox::Outcome& outcome);
  void add_usage(const sandbox::Outcome& outcome);
  void call_invalid(std::string reason) {
    experiment_.verdict = lab::Verdict::invalid;
    experiment_.reason = std::move(reason);
  }
  bool file_is_intact() const {
    const auto hash = sha256_file(session_.place.folder / experiment_.file);
    return hash && *hash == experiment_.sha256;
  }

  Session& session_;
  lab::Experiment& experiment_;
};

Result<exec::JobReport> Judging::execute(const std::string& command) {
  TRY_ASSIGN(const exec::Job job, lab::judge_job({.command = command,
                                                  .file = experiment_.file,
                                                  .lab = session_.place.folder,
                                                  .seed = experiment_.evaluation_seed,
                                                  .seal = &session_.seal,
                                                  .tier = session_.tier},
                                                 session_.config));
  TRY_ASSIGN(exec::JobReport report, session_.executor->run(job, session_.interrupt));
  if (report.outcome.end == sandbox::End::interrupted) {
    return fail(ErrorCode::interrupted, "interrupted while {} was judged", experiment_.id());
  }
  return report;
}

void Judging::add_usage(const sandbox::Outcome& outcome) {
  experiment_.seconds = experiment_.seconds.value_or(0) + std::chrono::duration<double>(outcome.wall).count();
  experiment_.cpu_seconds =
      experiment_.cpu_seconds.value_or(0) + std::chrono::duration<double>(outcome.status.cpu).count();
}

Status Judging::keep_log(const sandbox::Outcome& outcome) {
  // A log that holds nothing but the score is not worth two flushes of the disk.
  const bool only_score = outcome.err.empty() && outcome.out.size() < 2048 &&
                          std::count(outcome.out.begin(), outcome.out.end(), '\n') <= 1;
  if (only_score && experiment_.verdict == lab::Verdict::pending) return {};
  const std::string text = log_text(outcome);
  if (text.empty()) return {};
  TRY_ASSIGN(experiment_.log, session_.book->blobs().put(text));
  return {};
}

Status Judging::run(const std::function<void(lab::Phase)>& on_phase) {
  experiment_.verdict = lab::Verdict::pending;
  experiment_.level = lab::Level::in_process;
  experiment_.tier = session_.tier;
  experiment_.sealed = session_.seal.locked;
  experiment_.seal = session_.seal.id;
  experiment_.seconds.reset();
  experiment_.cpu_seconds.reset();
  TRY(session_.prove());
  if (!session_.config.validate_cmd.empty()) {
    on_phase(lab::Phase::validating);
    TRY_ASSIGN(const exec::JobReport report, execute(session_.config.validate_cmd), "validating {}",
               experiment_.file);
    if (const std::string objection =
            lab::validator_objection(report.outcome, lab::evaluation_limits(session_.config));
        !objection.empty()) {
      call_invalid(objection);
      TRY(keep_log(report.outcome));
    }
  }
  crash_point("judge.validated");
  if (experiment_.verdict == lab::Verdict::pending) {
    on_phase(lab::Phase::judging);
    TRY_ASSIGN(const exec::JobReport report, execute(session_.config.eval_cmd), "evaluating {}",
               experiment_.file);
    const lab::Judgement judgement = lab::judge_outcome(
        report.outcome, lab::evaluation_limits(session_.config), session_.config.objective.metric);
    experiment_.value = judgement.value;
    experiment_.metrics = judgement.metrics;
    experiment_.info = judgement.info;
    experiment_.warnings = judgement.warnings;
    if (judgement.value)
      experiment_.repeats = {*judgement.value};
    else
      call_invalid(judgement.reason);
    add_usage(report.outcome);
    TRY(keep_log(report.outcome));
  }
  crash_point("judge.evaluated");
  if (!file_is_intact()) {
    experiment_.verdict = lab::Verdict::tampered;
    experiment_.reason = "its file was changed while it was judged";
    experiment_.value.reset();
  }
  return {};
}

}  // namespace

Status judge(Session& session, lab::Experiment& experiment, const std::function<void(lab::Phase)>& on_phase) {
  TRY(Judging(session, experiment).run(on_phase));
  if (const Status after = session.prove(); !after) {
    experiment.verdict = lab::Verdict::tampered;
    experiment.reason = "sealed files changed while it was judged: " + after.error().message;
    experiment.value.reset();
  }
  return {};
}

}  // namespace leanlab::metric

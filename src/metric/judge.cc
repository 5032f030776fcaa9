// One judgement: prove the seal, validate, evaluate, prove again.
#include "metric/judge.h"

#include <algorithm>

#include "base/crash_point.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/evaluate.h"
#include "lab/judge_job.h"
#include "lab/judgement.h"
#include "lab/live_log.h"
#include "metric/reach.h"

namespace leanlab::metric {

namespace {

// In the record itself, for whoever reads it without our screens.
constexpr const char* k_unverified =
    "UNVERIFIED: judged with no sandbox (tier C), so its value could be forged";

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

void add_denied(lab::Experiment& experiment, const char* who, const sandbox::Outcome& outcome) {
  for (const sandbox::DeniedCall& call : outcome.denied)
    experiment.denied.push_back({who, call.name, call.count});
}

class Judging {
 public:
  Judging(Session& session, lab::Experiment& experiment) : session_(session), experiment_(experiment) {}

  Status run(const std::function<void(lab::Phase)>& on_phase);

 private:
  [[nodiscard]] lab::JudgeOrder order(const std::string& command) const;
  Status validate();
  Status evaluate();
  Status check_interrupt(const exec::JobReport& report) const;
  Status keep_log(const exec::JobReport& report);
  void add_usage(const exec::JobReport& report);
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

lab::JudgeOrder Judging::order(const std::string& command) const {
  return {.command = command,
          .file = experiment_.file,
          .lab = session_.place.folder,
          .seed = experiment_.evaluation_seed,
          .seal = &session_.seal,
          .tier = session_.tier,
          .watch = kept_from_experiments(session_),
          .cache = lab::judge_cache(session_.place)};
}

Status Judging::check_interrupt(const exec::JobReport& report) const {
  if (report.outcome.end != sandbox::End::interrupted) return {};
  return fail(ErrorCode::interrupted, "interrupted while {} was judged", experiment_.id());
}

void Judging::add_usage(const exec::JobReport& report) {
  const auto seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
  experiment_.seconds = experiment_.seconds.value_or(0) + seconds(report.outcome.wall);
  double cpu = seconds(report.outcome.status.cpu);
  add_denied(experiment_, report.split ? "judge" : "evaluator", report.outcome);
  if (report.split) {
    experiment_.candidate_cpu_seconds =
        experiment_.candidate_cpu_seconds.value_or(0) + seconds(report.split->candidate.status.cpu);
    cpu += seconds(report.split->candidate.status.cpu);
    experiment_.pipe = report.split->words.stats;
    add_denied(experiment_, "experiment", report.split->candidate);
  }
  experiment_.cpu_seconds = experiment_.cpu_seconds.value_or(0) + cpu;
}

Status Judging::keep_log(const exec::JobReport& report) {
  const sandbox::Outcome& outcome = report.outcome;
  // A log that holds nothing but the score is not worth two flushes of the disk.
  const bool only_score = outcome.err.empty() && outcome.out.size() < 2048 &&
                          std::count(outcome.out.begin(), outcome.out.end(), '\n') <= 1;
  std::string apart = report.split ? log_text(report.split->candidate) : "";
  if (only_score && apart.empty() && experiment_.verdict == lab::Verdict::pending) return {};
  std::string text = log_text(outcome);
  if (!apart.empty())
    text += (text.empty() || text.back() == '\n' ? "" : "\n") +
            std::string("--- the experiment's process ---\n") + apart;
  if (text.empty()) return {};
  TRY_ASSIGN(experiment_.log, session_.book->blobs().put(text));
  return {};
}

Status Judging::validate() {
  TRY_ASSIGN(const exec::Job job, lab::validator_job(order(session_.config.validate_cmd), session_.config,
                                                     session_.judging.level));
  TRY_ASSIGN(const exec::JobReport report, session_.executor->run(job, session_.interrupt), "validating {}",
             experiment_.file);
  TRY(check_interrupt(report));
  add_denied(experiment_, "validator", report.outcome);
  if (const std::string objection = lab::validator_objection(report.outcome, job.policy.limits);
      !objection.empty()) {
    call_invalid(objection);
    TRY(keep_log(report));
  }
  return {};
}

Status Judging::evaluate() {
  lab::LiveLog live(session_.place, std::to_string(experiment_.number));
  TRY_ASSIGN(const lab::Evaluation evaluation,
             lab::evaluate(order(session_.config.eval_cmd), session_.config,
                           {.level = session_.judging.level,
                            .scratch = session_.place.state / "work",
                            .patience = std::nullopt,
                            .on_output = [&live](std::string_view text) { live.add(text); }},
                           *session_.executor, session_.interrupt),
             "evaluating {}", experiment_.file);
  TRY(check_interrupt(evaluation.report));
  const lab::Judgement& judgement = evaluation.judgement;
  experiment_.value = judgement.value;
  experiment_.metrics = judgement.metrics;
  experiment_.info = judgement.info;
  experiment_.warnings.insert(experiment_.warnings.end(), judgement.warnings.begin(),
                              judgement.warnings.end());
  if (judgement.value)
    experiment_.repeats = {*judgement.value};
  else
    call_invalid(judgement.reason);
  add_usage(evaluation.report);
  return keep_log(evaluation.report);
}

Status Judging::run(const std::function<void(lab::Phase)>& on_phase) {
  experiment_.verdict = lab::Verdict::pending;
  experiment_.level = session_.judging.level;
  experiment_.tier = session_.tier;
  experiment_.sealed = session_.seal.locked;
  experiment_.warnings.clear();
  if (session_.tier == sandbox::Tier::C) experiment_.warnings.emplace_back(k_unverified);
  experiment_.seal = session_.seal.id;
  experiment_.seconds.reset();
  experiment_.cpu_seconds.reset();
  experiment_.candidate_cpu_seconds.reset();
  experiment_.pipe.clear();
  experiment_.denied.clear();
  if (!session_.config.validate_cmd.empty()) {
    on_phase(lab::Phase::validating);
    TRY(validate());
  }
  crash_point("judge.validated");
  if (experiment_.verdict == lab::Verdict::pending) {
    on_phase(lab::Phase::judging);
    TRY(evaluate());
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
  TRY_ASSIGN(const std::string before, session.prove_and_stamp());
  TRY(Judging(session, experiment).run(on_phase));
  if (const Status after = session.prove_since(before); !after) {
    experiment.verdict = lab::Verdict::tampered;
    experiment.reason = "sealed files changed while it was judged: " + after.error().message;
    experiment.value.reset();
  }
  return {};
}

}  // namespace leanlab::metric

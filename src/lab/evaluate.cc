// In one process or in two: the same order, the same grammar of results.
#include "lab/evaluate.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/json.h"
#include "lab/split_job.h"

namespace leanlab::lab {

std::filesystem::path judge_cache(const Place& place) {
  return place.state / "judge-cache";
}

std::optional<std::uint64_t> requests_made(const exec::SplitReport& split) {
  if (split.words.stats.empty()) return std::nullopt;
  const auto stats = parse_json(split.words.stats);
  if (!stats || !stats->is_object()) return std::nullopt;
  const auto found = stats->find("requests");
  if (found == stats->end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

Result<Evaluation> evaluate(const JudgeOrder& order, const Config& config, const EvaluationManner& manner,
                            exec::Executor& executor, const Interrupt& interrupt) {
  std::optional<TempDirectory> scratch;
  exec::Job job;
  if (manner.level == Level::in_process) {
    TRY_ASSIGN(job, judge_job(order, config));
  } else {
    TRY_ASSIGN(TempDirectory made, TempDirectory::make(manner.scratch, "judge-"));
    scratch.emplace(std::move(made));
    if (!order.cache.empty()) TRY(make_directories(order.cache / "public"));
    TRY_ASSIGN(job, split_job(order, config, manner.level, scratch->path()));
  }
  if (manner.patience) {
    job.policy.limits.wall = std::min(job.policy.limits.wall, *manner.patience);
    if (job.candidate)
      job.candidate->policy.limits.wall = std::min(job.candidate->policy.limits.wall, *manner.patience);
  }
  if (manner.on_output) {
    const auto pass_on = [&](sandbox::Stream, std::string_view piece) { manner.on_output(piece); };
    job.command.on_output = pass_on;
    if (job.candidate) job.candidate->command.on_output = pass_on;
  }
  Evaluation evaluation;
  evaluation.limits = job.policy.limits;
  TRY_ASSIGN(evaluation.report, executor.run(job, interrupt));
  const std::string& metric = config.objective.metric;
  evaluation.judgement = evaluation.report.split
                             ? judge_split(evaluation.report, evaluation.limits, metric, manner.level)
                             : judge_outcome(evaluation.report.outcome, evaluation.limits, metric);
  return evaluation;
}

}  // namespace leanlab::lab

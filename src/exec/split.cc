// Two processes, three connections. Whoever ends first, the other must learn of it: we hold a copy of every end while
// the sandboxes are set up, and close those of a side when that side has ended.
#include "exec/split.h"

#include <optional>
#include <thread>
#include <utility>

#include "base/fd.h"
#include "exec/result_channel.h"

namespace leanlab::exec {
namespace {

// The descriptors as the judge sees them.
constexpr int k_result_fd = 3, k_judge_read_fd = 4, k_judge_write_fd = 5;

/// How long a worker may take to notice that its judge has gone, before it is ended.
constexpr std::chrono::milliseconds k_farewell{100};

struct Pipes {
  Pipe to_candidate, to_judge;
};

sandbox::Command judge_command(const Job& job, const Pipes& pipes, const ResultChannel& channel) {
  sandbox::Command command = job.command;
  command.fds = {{channel.theirs(), k_result_fd},
                 {pipes.to_judge.read.get(), k_judge_read_fd},
                 {pipes.to_candidate.write.get(), k_judge_write_fd}};
  command.env.emplace_back("LEANLAB_CONTRACT", job.candidate->contract);
  command.env.emplace_back("LEANLAB_EXPERIMENT", job.candidate->shown.string());
  command.env.emplace_back("LEANLAB_RESULT_FD", std::to_string(k_result_fd));
  command.env.emplace_back("LEANLAB_CANDIDATE_READ_FD", std::to_string(k_judge_read_fd));
  command.env.emplace_back("LEANLAB_CANDIDATE_WRITE_FD", std::to_string(k_judge_write_fd));
  return command;
}

sandbox::Command candidate_command(const Candidate& candidate, const Pipes& pipes) {
  sandbox::Command command = candidate.command;
  command.fds = {{pipes.to_candidate.read.get(), k_candidate_read_fd},
                 {pipes.to_judge.write.get(), k_candidate_write_fd}};
  return command;
}

}  // namespace

Result<JobReport> run_split(const Job& job, const Interrupt& interrupt) {
  TRY_ASSIGN(ResultChannel channel, ResultChannel::make(job.candidate->objective));
  Pipes pipes;
  TRY_ASSIGN(pipes.to_candidate, make_pipe());
  TRY_ASSIGN(pipes.to_judge, make_pipe());
  const sandbox::Command judge = judge_command(job, pipes, channel);
  const sandbox::Command candidate = candidate_command(*job.candidate, pipes);

  Interrupt judge_has_ended;
  Interrupt candidate_has_ended;
  std::optional<Result<sandbox::Outcome>> candidate_outcome;
  SplitReport split;
  std::jthread candidate_thread([&] {
    candidate_outcome.emplace(sandbox::run(job.candidate->policy, candidate, job.tier, judge_has_ended));
    pipes.to_candidate.read.close();
    pipes.to_judge.write.close();
    candidate_has_ended.raise();
  });
  std::jthread listener([&] { split.words = channel.listen(job.candidate->contract); });

  Result<sandbox::Outcome> judge_outcome = sandbox::run(job.policy, judge, job.tier, interrupt);
  channel.close_theirs();
  pipes.to_candidate.write.close();
  pipes.to_judge.read.close();
  static_cast<void>(candidate_has_ended.wait_for(k_farewell));
  judge_has_ended.raise();
  candidate_thread.join();
  listener.join();

  JobReport report;
  TRY_ASSIGN(split.candidate, std::move(*candidate_outcome), "while running the candidate");
  TRY_ASSIGN(report.outcome, std::move(judge_outcome), "while running the judge");
  report.split = std::move(split);
  return report;
}

}  // namespace leanlab::exec

// Two processes, three connections. Whoever ends first, the other must learn of it: we hold a copy of every end while
// the sandboxes are set up, and close those of a side when that side has ended.
#include "exec/split.h"

#include <algorithm>
#include <optional>
#include <string_view>
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

/// Lines that begin as what the worker tells of a try, out of all that it writes: what is kept of its output ends where others may have
/// flooded it.
class Told {
 public:
  /// Of somebody who may start processes, starting them is nothing to tell.
  explicit Told(bool may_fork) : may_fork_(may_fork) {}

  void take(std::string_view text) {
    for (const char c : text) {
      if (c != '\n') {
        if (line_.size() < k_longest) line_ += c;
        continue;
      }
      if (line_.starts_with(k_tried_to) && lines.size() < k_most && !(may_fork_ && is_of_processes()))
        lines.push_back(line_);
      line_.clear();
    }
  }

  std::vector<std::string> lines;

 private:
  static constexpr std::size_t k_most = 64, k_longest = 400;

  /// As watch.py says it; workers of pools look through their descriptors.
  [[nodiscard]] bool is_of_processes() const {
    const std::string_view what = std::string_view(line_).substr(k_tried_to.size());
    return what == "fork" || what == "list '/proc/self/fd'" || what.starts_with("start the ") ||
           what.starts_with("become the program ");
  }

  bool may_fork_;
  std::string line_;
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
  sandbox::Command candidate = candidate_command(*job.candidate, pipes);

  Interrupt judge_has_ended;
  Interrupt candidate_has_ended;
  std::optional<Result<sandbox::Outcome>> candidate_outcome;
  SplitReport split;
  Told told(job.candidate->policy.fork);
  if (!candidate.on_output) candidate.on_output = [](sandbox::Stream, std::string_view) {};
  candidate.on_output = [&told, pass_on = candidate.on_output](sandbox::Stream stream,
                                                               std::string_view text) {
    if (stream == sandbox::Stream::err) told.take(text);
    pass_on(stream, text);
  };
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

  split.told = std::move(told.lines);
  JobReport report;
  TRY_ASSIGN(split.candidate, std::move(*candidate_outcome), "while running the candidate");
  TRY_ASSIGN(report.outcome, std::move(judge_outcome), "while running the judge");
  report.split = std::move(split);
  return report;
}

}  // namespace leanlab::exec

// Executor: the port through which evaluations run. `local` runs them on this machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/interrupt.h"
#include "base/result.h"
#include "exec/result_channel.h"
#include "sandbox/launch.h"
#include "sandbox/policy.h"

namespace leanlab::exec {

/// The descriptors at which a candidate's worker finds its two pipes.
inline constexpr int k_candidate_read_fd = 3, k_candidate_write_fd = 4;

/// How a line of the worker's stderr begins that tells of a try (watch.py).
inline constexpr std::string_view k_tried_to = "leanlab: the experiment tried to ";

/// The candidate's half of a job that is judged in two processes: docs/formats/judge-protocol.md.
struct Candidate {
  sandbox::Policy policy;
  sandbox::Command command;     ///< the worker; reads k_candidate_read_fd, writes k_candidate_write_fd
  std::string contract;         ///< "isolated" or "proxied"
  std::string objective;        ///< the metric's name: the judge looks for texts that would pass for a result
  std::filesystem::path shown;  ///< where the judge sees a stub in place of the experiment
};

/// One command to run for a judgement.
struct Job {
  sandbox::Policy policy;
  sandbox::Command command;
  sandbox::Tier tier = sandbox::Tier::C;
  std::uint32_t cpus = 0;  ///< cores wanted; 0: cores / slots. Sets OMP_NUM_THREADS and its kin, and affinity
  std::uint32_t gpus = 0;  ///< devices wanted; sets CUDA_VISIBLE_DEVICES
  std::optional<Candidate> candidate = std::nullopt;  ///< then `command` is the judge alone
};

/// Where and with what it ran, for the record.
struct Placement {
  std::string host;
  std::uint32_t threads = 1;  ///< what the thread-count variables were set to
  std::vector<std::uint32_t> cpus;
  std::vector<std::uint32_t> gpus;
};

/// What a job in two processes brought besides the judge's outcome.
struct SplitReport {
  sandbox::Outcome candidate;  ///< of the worker; `interrupted` when it had to be ended after the judge
  JudgeWords words;            ///< what the judge said on the result channel
  std::vector<std::string>
      told;  ///< lines of the worker's stderr that begin with k_tried_to, also those that were not kept
};

struct JobReport {
  sandbox::Outcome outcome;  ///< of the command; of the judge when there are two
  Placement placement;
  std::optional<SplitReport> split = std::nullopt;
};

class Executor {
 public:
  virtual ~Executor() = default;
  /// Waits for a free slot, then runs the job to its end. Thread: any, many at once. Errors: those of
  /// sandbox::run.
  [[nodiscard]] virtual Result<JobReport> run(const Job& job, const Interrupt& interrupt) = 0;
};

struct LocalOptions {
  std::uint32_t slots = 1;  ///< evaluations at once
  enum class Sharing {
    shared,
    exclusive
  } sharing = Sharing::shared;  ///< exclusive: one at a time on this machine, over all runs
};
[[nodiscard]] std::unique_ptr<Executor> make_local_executor(const LocalOptions& options);

}  // namespace leanlab::exec

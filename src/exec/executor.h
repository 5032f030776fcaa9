// Executor: the port through which evaluations run. `local` runs them on this machine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/result.h"
#include "sandbox/launch.h"
#include "sandbox/policy.h"

namespace leanlab::exec {

/// One command to run for a judgement.
struct Job {
  sandbox::Policy policy;
  sandbox::Command command;
  sandbox::Tier tier = sandbox::Tier::C;
  std::uint32_t cpus = 0;  ///< cores wanted; 0: cores / slots. Sets OMP_NUM_THREADS and its kin, and affinity
  std::uint32_t gpus = 0;  ///< devices wanted; sets CUDA_VISIBLE_DEVICES
};

/// Where and with what it ran, for the record.
struct Placement {
  std::string host;
  std::uint32_t threads = 1;  ///< what the thread-count variables were set to
  std::vector<std::uint32_t> cpus;
  std::vector<std::uint32_t> gpus;
};

struct JobReport {
  sandbox::Outcome outcome;
  Placement placement;
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

// Runs evaluations on this machine: a slot each, thread counts to match, and one at a time over all runs when exclusive.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/ranges.h>
#include <unistd.h>

#include "base/fs.h"
#include "exec/executor.h"
#include "exec/slots.h"
#include "exec/split.h"

namespace leanlab::exec {
namespace {

/// What numerical libraries read their number of threads from.
constexpr const char* k_thread_variables[] = {
    "OMP_NUM_THREADS",        "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",       "NUMEXPR_NUM_THREADS",  "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS",    "JULIA_NUM_THREADS"};

void set_default(sandbox::Command& command, const std::string& name, const std::string& value) {
  const auto given = std::any_of(command.env.begin(), command.env.end(),
                                 [&](const auto& variable) { return variable.first == name; });
  if (!given) command.env.emplace_back(name, value);
}

std::string joined(const std::vector<std::uint32_t>& numbers) {
  return fmt::format("{}", fmt::join(numbers, ","));
}

void add_placement(sandbox::Command& command, const Slot& slot) {
  for (const char* variable : k_thread_variables)
    set_default(command, variable, std::to_string(slot.threads));
  // Empty hides all devices from what did not ask for one.
  set_default(command, "CUDA_VISIBLE_DEVICES", joined(slot.gpus));
  command.cpus = slot.cpus;
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

void add_gpu_devices(sandbox::Policy& policy, const std::vector<std::uint32_t>& gpus) {
  if (gpus.empty()) return;
  std::vector<std::string> nodes = {"/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"};
  for (const std::uint32_t gpu : gpus) nodes.push_back(fmt::format("/dev/nvidia{}", gpu));
  for (std::string& node : nodes) {
    if (std::filesystem::exists(node)) policy.devices.push_back(std::move(node));
  }
}

/// The folder of the user's lock files: the runtime folder, else the state folder, else the temporary one.
std::filesystem::path lock_folder() {
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR");
      runtime != nullptr && ::access(runtime, W_OK) == 0)
    return std::filesystem::path(runtime) / "leanlab";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0')
    return std::filesystem::path(state) / "leanlab";
  if (const char* home = std::getenv("HOME"); home != nullptr && ::access(home, W_OK) == 0)
    return std::filesystem::path(home) / ".local/state/leanlab";
  return std::filesystem::temp_directory_path() / fmt::format("leanlab-{}", ::getuid());
}

class LocalExecutor final : public Executor {
 public:
  explicit LocalExecutor(const LocalOptions& options)
      : options_(options),
        slots_(options.sharing == LocalOptions::Sharing::exclusive ? 1 : options.slots, usable_cpus(),
               usable_gpus()) {}

  Result<JobReport> run(const Job& job, const Interrupt& interrupt) override {
    TRY_ASSIGN(const Slot slot, slots_.take(job.cpus, job.gpus, interrupt));
    Result<JobReport> report = run_in(slot, job, interrupt);
    slots_.give_back(slot);
    return report;
  }

 private:
  Result<JobReport> run_in(const Slot& slot, const Job& job, const Interrupt& interrupt) const {
    std::optional<FileLock> machine;
    if (options_.sharing == LocalOptions::Sharing::exclusive) {
      TRY_ASSIGN(FileLock held, take_machine(interrupt), "while waiting to have this machine alone");
      machine.emplace(std::move(held));
    }
    sandbox::Policy policy = job.policy;
    sandbox::Command command = job.command;
    add_gpu_devices(policy, slot.gpus);
    add_placement(command, slot);
    JobReport report;
    if (job.candidate) {
      TRY_ASSIGN(report, run_split(split_job(job, policy, command, slot), interrupt));
    } else {
      TRY_ASSIGN(report.outcome, sandbox::run(policy, command, job.tier, interrupt));
    }
    report.placement = {host_name(), slot.threads, slot.cpus, slot.gpus};
    return report;
  }

  // Both processes share the slot: while one works, the other waits for it.
  static Job split_job(const Job& job, const sandbox::Policy& policy, const sandbox::Command& command,
                       const Slot& slot) {
    Job both = job;
    both.policy = policy;
    both.command = command;
    add_gpu_devices(both.candidate->policy, slot.gpus);
    add_placement(both.candidate->command, slot);
    return both;
  }

  // Waited for in steps, so that an interrupt ends the wait.
  static Result<FileLock> take_machine(const Interrupt& interrupt) {
    const std::filesystem::path folder = lock_folder();
    TRY(make_directories(folder));
    while (true) {
      TRY(interrupt.check());
      Result<FileLock> lock = FileLock::try_take(folder / "exclusive.lock");
      if (lock || lock.error().code != ErrorCode::lab_busy) return lock;
      static_cast<void>(interrupt.wait_for(std::chrono::milliseconds(20)));
    }
  }

  LocalOptions options_;
  Slots slots_;
};

}  // namespace

std::unique_ptr<Executor> make_local_executor(const LocalOptions& options) {
  return std::make_unique<LocalExecutor>(options);
}

}  // namespace leanlab::exec

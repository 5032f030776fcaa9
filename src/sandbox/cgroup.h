// Cgroup: limits that the kernel keeps for all processes of a run together, where a group of cgroup2 is delegated to us. Without one
// nothing here does anything, and the limits of each process and the guardian's samples hold alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/fs.h"
#include "base/result.h"
#include "sandbox/policy.h"

namespace leanlab::sandbox {

/// Whether the kernel limits whole runs here.
struct KernelLimits {
  fs::path group;      ///< the delegated group; empty: there is none
  std::string reason;  ///< then: why not, for a person
};

/// Found once, on first use. A group that is ours is then divided: this process and what it has started move into a leaf of it, since
/// no group may hold both processes and limited groups. At the end of the process that is taken back as far as possible; what a
/// killed one left is removed by the next. Thread: any.
[[nodiscard]] const KernelLimits& kernel_limits();

/// The group of one run. Its destructor ends what is in it and removes it.
class RunGroup {
 public:
  /// What the kernel counted of the run.
  struct Use {
    std::chrono::microseconds cpu{};  ///< of all that was ever in it, waited for or not
    bool memory_spent = false;        ///< a process was ended because the group's memory was full
    bool processes_spent = false;     ///< a fork was refused
    std::uint32_t survivors = 0;      ///< stuck in the kernel: could not be ended within ten seconds
  };

  /// A new, empty group with the limits of memory and processes. `tmpfs_bytes` is the room for a private folder in memory, whose
  /// files the kernel counts as the run's memory. Call it only where kernel_limits() has a group. Errors: misconfigured.
  [[nodiscard]] static Result<RunGroup> make(const Limits& limits, std::uint64_t tmpfs_bytes);

  RunGroup(RunGroup&& other) noexcept : path_(std::move(other.path_)), refusals_(std::move(other.refusals_)) {
    other.path_.clear();
  }
  RunGroup& operator=(RunGroup&&) = delete;
  ~RunGroup();
  [[nodiscard]] const fs::path& path() const { return path_; }

  /// For poll(2): POLLPRI when a fork was refused.
  [[nodiscard]] int refusals() const { return refusals_.get(); }

  /// Ends whatever is left in the group, tells its use, and removes it; call once. Errors: misconfigured, when its limits were taken
  /// away while it ran.
  [[nodiscard]] Result<Use> finish();

 private:
  explicit RunGroup(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
  Fd refusals_;
};

}  // namespace leanlab::sandbox

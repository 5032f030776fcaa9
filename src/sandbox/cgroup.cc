// Below the delegated group each leanlab has one of its own, leanlab-NAME, which it keeps locked (flock(2)): so what a dead one left is told
// from what is in use. In it are `supervisor`, the leaf for its own processes, and a group for each run.
#include "sandbox/cgroup.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/process.h"
#include "base/random.h"
#include "sandbox/cgroup_files.h"

namespace leanlab::sandbox {
namespace {

constexpr std::string_view k_prefix = "leanlab-", k_leaf = "supervisor", k_run_prefix = "run-";
constexpr int k_patience_ms = 10'000;

Status set(const fs::path& file, std::string_view value) {
  TRY_ASSIGN(const Fd fd, open_file(file, O_WRONLY));
  return write_all(fd.get(), value).map_error([&](Error error) {
    error.message = fmt::format("cannot write '{}' to {}: {}", value, file.string(), error.message);
    return error;
  });
}

Status make_group(const fs::path& path) {
  if (::mkdir(path.c_str(), 0755) == 0) return {};
  const int number = errno;
  Error error = errno_error(number, fmt::format("cannot make the cgroup {}", path.string()));
  if (number == EAGAIN)
    error.next = "raise cgroup.max.descendants and cgroup.max.depth of the groups above it";
  return fail(std::move(error));
}

void wait_ms(int milliseconds) {
  ::poll(nullptr, 0, milliseconds);
}

/// Holds the group's lock as long as the descriptor is open.
Result<Fd> lock_group(const fs::path& path, int patience_ms) {
  TRY_ASSIGN(Fd folder, open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  for (int waited = 0; ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0; waited += 10) {
    if (waited >= patience_ms)
      return fail(errno_error(errno, fmt::format("cannot lock the cgroup {}", path.string())));
    wait_ms(10);
  }
  return folder;
}

void kill_all(const fs::path& group) {
  if (set(group / "cgroup.kill", "1")) return;
  const auto processes = processes_in(group);  // before Linux 5.14
  if (!processes) return;
  for (const pid_t pid : *processes) {
    if (pid > 0) static_cast<void>(signal_process(pid, SIGKILL));
  }
}

/// Ends what is in the group. Returns how many processes are left after `patience_ms`.
std::uint32_t end_all(const fs::path& group, int patience_ms) {
  for (int waited = 0;; ++waited) {
    if (number_in(read_file(group / "cgroup.events").value_or(""), "populated").value_or(0) == 0) return 0;
    if (waited >= patience_ms) break;
    if (waited % 16 == 0) kill_all(group);
    wait_ms(1);
  }
  const auto left = processes_in(group);
  return left ? std::max<std::uint32_t>(static_cast<std::uint32_t>(left->size()), 1) : 1;
}

// A command of tier C may have made groups in its own.
void remove_group(const fs::path& group) {
  if (::rmdir(group.c_str()) == 0) return;
  std::error_code error;
  for (fs::directory_iterator it(group, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error)) remove_group(it->path());
  }
  ::rmdir(group.c_str());
}

// What a leanlab left that was killed. Never ends what is in a leaf: another leanlab may have been started there.
void clear_abandoned(const fs::path& parent) {
  const auto names = list_directory(parent);
  if (!names) return;
  for (const std::string& name : *names) {
    if (!name.starts_with(k_prefix)) continue;
    const fs::path group = parent / name;
    const auto lock = lock_group(group, 0);
    const auto inner = list_directory(group);
    if (!lock || !inner) continue;
    for (const std::string& run : *inner) {
      if (!run.starts_with(k_run_prefix)) continue;
      end_all(group / run, 1000);
      remove_group(group / run);
    }
    ::rmdir((group / k_leaf).c_str());
    ::rmdir(group.c_str());
  }
}

/// Moves this process and those that it has started, until the group `from` is empty.
Status move_ours(const fs::path& from, const fs::path& to) {
  for (int round = 0; round < 100; ++round) {  // one may fork meanwhile
    TRY_ASSIGN(const std::vector<pid_t> processes, processes_in(from));
    if (processes.empty()) return {};
    for (const pid_t pid : processes) {
      if (!is_ours(pid))
        return fail(ErrorCode::misconfigured, "a process that is not leanlab's ({}) is in the cgroup {}", pid,
                    from.string());
      if (const Status moved = set(to / "cgroup.procs", std::to_string(pid));
          !moved && signal_process(pid, 0))
        return moved;
    }
  }
  return fail(ErrorCode::misconfigured, "the processes of the cgroup {} fork faster than they can be moved",
              from.string());
}

class Delegation {
 public:
  Delegation() {
    const auto group = unified_group(read_file("/proc/self/cgroup").value_or(""));
    const auto seen =
        group ? folder_of_group(read_file("/proc/self/mountinfo").value_or(""), *group) : std::nullopt;
    if (!seen) {
      limits_.reason = "there is no cgroup2 that holds leanlab";
      return;
    }
    const bool in_leaf =
        seen->filename() == k_leaf && seen->parent_path().filename().string().starts_with(k_prefix);
    parent_ = in_leaf ? seen->parent_path().parent_path() : *seen;
    limits_.reason = why_not_ours(parent_);
    if (!limits_.reason.empty()) return;
    if (const Status divided = divide(); !divided) {
      limits_.reason = one_line(divided.error());
      log_warning("the delegated cgroup {} cannot be used, so limits hold per process: {}", parent_.string(),
                  limits_.reason);
      give_back();
      return;
    }
    limits_.group = parent_;
  }

  ~Delegation() {
    if (::getpid() == owner_) give_back();  // a fork's copy is not ours to take back
  }

  [[nodiscard]] const KernelLimits& limits() const { return limits_; }
  [[nodiscard]] const fs::path& own() const { return own_; }

 private:
  Status divide() {
    TRY_ASSIGN(const Fd lock, lock_group(parent_, k_patience_ms));
    clear_abandoned(parent_);
    const fs::path own = parent_ / fmt::format("{}{:016x}", k_prefix, entropy_seed());
    TRY(make_group(own));
    own_ = own;
    TRY_ASSIGN(lock_, lock_group(own_, 0));
    if (!is_divided(parent_)) {
      TRY(make_group(own_ / k_leaf));
      divided_ = true;
      TRY(move_ours(parent_, own_ / k_leaf));
      TRY(set(parent_ / "cgroup.subtree_control", "+memory +pids"));
    }
    return set(own_ / "cgroup.subtree_control", "+memory +pids");
  }

  // The controllers go first: a group that has limited ones below it takes no process back. They stay where another leanlab needs them.
  void give_back() {
    if (own_.empty()) return;
    const auto lock = lock_group(parent_, 1000);
    if (!lock) return;
    clear_abandoned(parent_);
    if (divided_ && !others_are_there()) {
      static_cast<void>(set(own_ / "cgroup.subtree_control", "-memory -pids"));
      static_cast<void>(set(parent_ / "cgroup.subtree_control", "-memory -pids"));
      static_cast<void>(move_ours(own_ / k_leaf, parent_));
    }
    ::rmdir((own_ / k_leaf).c_str());
    ::rmdir(own_.c_str());
  }

  bool others_are_there() const {
    const auto names = list_directory(parent_);
    return !names || std::ranges::any_of(*names, [&](const std::string& name) {
      return name.starts_with(k_prefix) && parent_ / name != own_;
    });
  }

  pid_t owner_ = ::getpid();
  KernelLimits limits_;
  fs::path parent_, own_;
  Fd lock_;
  bool divided_ = false;
};

const Delegation& delegation() {
  static const Delegation one;
  return one;
}

// The guardian ends a run that is over its limit of processes, those not counted that have ended; a bomb that outruns it meets this one.
std::uint64_t most_processes(std::uint32_t limit) {
  return std::uint64_t{limit} + limit / 4 + 16;
}

// The guardian holds what the processes map to the limit. What the kernel keeps for them counts here, too: page tables, sockets, pipes,
// and programs' files, which a group without any room reads again and again.
std::uint64_t most_memory(std::uint64_t limit) {
  return limit + limit / 16 + (16 << 20);
}

Status set_limits(const fs::path& group, const Limits& limits, std::uint64_t tmpfs_bytes) {
  if (limits.memory_bytes != 0) {
    TRY(set(group / "memory.max", std::to_string(most_memory(limits.memory_bytes) + tmpfs_bytes)));
    if (fs::exists(group / "memory.swap.max")) TRY(set(group / "memory.swap.max", "0"));  // else: no swap
  }
  // One process less would leave the others in a state that nobody wrote them for.
  TRY(set(group / "memory.oom.group", "1"));
  if (limits.processes != 0) TRY(set(group / "pids.max", std::to_string(most_processes(limits.processes))));
  return {};
}

Error with_advice(Error error) {
  error.code = ErrorCode::misconfigured;
  if (!error.next.empty()) return error;
  return std::move(error).then(
      "start leanlab in a delegated cgroup of its own: systemd-run --user --scope -p Delegate=yes leanlab …");
}

}  // namespace

const KernelLimits& kernel_limits() {
  return delegation().limits();
}

Result<RunGroup> RunGroup::make(const Limits& limits, std::uint64_t tmpfs_bytes) {
  static std::atomic<std::uint64_t> count{0};
  const fs::path path = delegation().own() / fmt::format("{}{}", k_run_prefix, ++count);
  if (Status made = make_group(path); !made) return fail(with_advice(std::move(made.error())));
  RunGroup group(path);
  if (Status limited = set_limits(path, limits, tmpfs_bytes); !limited)
    return fail(with_advice(std::move(limited.error())));
  auto refusals = open_file(path / "pids.events", O_RDONLY);
  if (!refusals) return fail(with_advice(std::move(refusals.error())));
  group.refusals_ = std::move(*refusals);
  TRY(read_at(group.refusals_.get(), 0, 256));  // what was not read yet counts as new
  return group;
}

RunGroup::~RunGroup() {
  if (path_.empty()) return;
  end_all(path_, k_patience_ms);
  remove_group(path_);
}

Result<RunGroup::Use> RunGroup::finish() {
  const fs::path path = std::exchange(path_, {});
  Use use;
  use.survivors = end_all(path, k_patience_ms);
  const std::string memory = read_file(path / "memory.events").value_or("");
  const std::string pids = read_file(path / "pids.events").value_or("");
  const auto cpu = number_in(read_file(path / "cpu.stat").value_or(""), "usage_usec");
  // A machine or an outer group that is full ends processes, too; then it was not this limit.
  const auto full = number_in(memory, "oom"), killed = number_in(memory, "oom_kill");
  const auto refused = number_in(pids, "max");
  remove_group(path);
  if (!full || !killed || !refused || !cpu) {
    return fail(with_advice(Error(
        ErrorCode::misconfigured,
        fmt::format("the limits of the cgroup {} were taken away while the command ran", path.string()))));
  }
  use.cpu = std::chrono::microseconds(*cpu);
  use.memory_spent = *full > 0 && *killed > 0;
  use.processes_spent = *refused > 0;
  return use;
}

}  // namespace leanlab::sandbox

// Child processes of our own tools (git, an interpreter asked for its version, leanlab-sandbox).
// What runs somebody else's code goes through sandbox/launch.h instead.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/fd.h"
#include "base/interrupt.h"
#include "base/result.h"

namespace leanlab {

/// How a process ended.
struct ExitStatus {
  int exit_status = -1;             ///< 0 to 255, or -1 when a signal ended it
  int signal_number = 0;            ///< 0, or the signal that ended it
  std::chrono::microseconds cpu{};  ///< user and system time, of it and the children that it waited for
  std::uint64_t max_rss_bytes = 0;
  [[nodiscard]] bool ok() const { return exit_status == 0; }
  /// "exit status 3", "killed by signal 9 (Killed)".
  [[nodiscard]] std::string describe() const;
};

struct SpawnRequest {
  std::vector<std::string> argv;  ///< argv[0] is looked up on our PATH unless it has a slash
  std::filesystem::path cwd;      ///< empty: ours
  std::optional<std::vector<std::pair<std::string, std::string>>> env;  ///< none: ours
  std::vector<std::pair<int, int>> fds;  ///< {ours, theirs}; 0, 1, 2 not named here are /dev/null
  enum class Session { ours, own } session = Session::own;
};

/// A child that has not been waited for. Its destructor kills and reaps it: an unwaited child is a bug, not a
/// leak.
class RunningProcess {
 public:
  RunningProcess(RunningProcess&& other) noexcept;
  RunningProcess& operator=(RunningProcess&&) = delete;
  ~RunningProcess();
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Becomes readable when the process has ended: for poll(2).
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  void send_signal(int signal_number) const;
  /// Lets it live on without us: for a run in the background. Its session must be its own.
  void leave() &&;
  /// Waits for the end; call once.
  [[nodiscard]] ExitStatus wait();

 private:
  friend Result<RunningProcess> spawn(const SpawnRequest&);
  RunningProcess(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  pid_t pid_ = -1;
  Fd pidfd_;
};

/// Starts a program with posix_spawn. Errors: misconfigured (not found, not executable), io.
[[nodiscard]] Result<RunningProcess> spawn(const SpawnRequest& request);

struct ProgramOutput {
  ExitStatus status;
  std::string out;
  std::string err;
};
/// Runs a program of ours to its end with stdin closed and its output captured (1 MiB each).
/// Errors: misconfigured (not found; not done within `limit`), interrupted.
[[nodiscard]] Result<ProgramOutput> run_program(const SpawnRequest& request, std::chrono::milliseconds limit,
                                                const Interrupt* interrupt = nullptr);

/// Sends a signal to a process that is not our child. Errors: io (gone, or not ours to signal).
[[nodiscard]] Status signal_process(pid_t pid, int signal_number);

/// The file that `name` means on PATH, or empty. A name with a slash is itself when executable.
[[nodiscard]] std::filesystem::path find_program(const std::string& name, const char* path = nullptr);

}  // namespace leanlab

// clone3(2) and CLONE_INTO_CGROUP (Linux 5.7): to move a process afterwards costs far more, as it waits for all processors.
#include "clone.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "setup_channel.h"

namespace leanlab::helper {
namespace {

void enter(int cgroup) {
  fail_to_supervisor(-1);
  const int processes = ::openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  if (processes < 0 || ::write(processes, "0", 1) != 1) setup_failed("cgroup", "cgroup.procs");
  ::close(processes);
}

}  // namespace

int open_cgroup(const std::string& path) {
  return ::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

pid_t clone_process(std::uint64_t flags, int cgroup) {
  if (cgroup >= 0) {
    clone_args arguments{};
    arguments.flags = flags | CLONE_INTO_CGROUP;
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup);
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
    if (pid >= 0 || errno != ENOSYS) return pid;  // so a container's filter answers that cannot see its flags
  }
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, 0));
  if (pid == 0 && cgroup >= 0) enter(cgroup);
  return pid;
}

bool is_of_cgroup(int number) {
  return number == EACCES || number == EBUSY || number == ENODEV || number == EOPNOTSUPP;
}

}  // namespace leanlab::helper

// By descriptors of processes: a number can be another's by the time that the kernel reads it.
#include "signals.h"

#include <cerrno>
#include <csignal>
#include <cstdio>

#include <sys/syscall.h>
#include <unistd.h>

#include "process_tree.h"

namespace leanlab::helper {
namespace {

int send_to_group(pid_t group, pid_t caller, int number, bool& to_caller) {
  bool found = false;
  int error = 0;
  for (const pid_t process : descendants()) {
    if (::getpgid(process) != group) continue;
    found = true;
    if (process == caller)
      to_caller = true;
    else if (const int failed = send_to(process, number); failed != 0 && failed != ESRCH)
      error = failed;
  }
  if (found) return error;
  return is_to_others(-group) ? EPERM : ESRCH;
}

}  // namespace

bool is_to_others(std::int32_t target) {
  if (target == -1) return true;
  const pid_t pid = target < 0 ? -target : target;
  const bool is_there = pid != 0 && (::kill(pid, 0) == 0 || errno == EPERM);
  return is_there && !is_descendant(pid);
}

int send_to(pid_t process, int number) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  if (fd < 0) return ESRCH;
  // Only now: what the descriptor stands for cannot become another any more.
  const bool is_ours = is_descendant(process);
  const bool sent = is_ours && ::syscall(SYS_pidfd_send_signal, fd, number, nullptr, 0) == 0;
  const int error = sent ? 0 : is_ours ? errno : EPERM;
  ::close(fd);
  return error;
}

int send_signal(pid_t caller, std::int32_t target, int number, bool& to_caller) {
  to_caller = false;
  if (target == -1) return EPERM;
  if (target > 0) return send_to(target, number);
  return send_to_group(target == 0 ? ::getpgid(caller) : -target, caller, number, to_caller);
}

pid_t process_of(pid_t thread) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/status", thread);
  std::FILE* status = std::fopen(path, "re");
  if (status == nullptr) return 0;
  char line[256];
  int process = 0;
  while (std::fgets(line, sizeof line, status) != nullptr && std::sscanf(line, "Tgid: %d", &process) != 1) {
  }
  std::fclose(status);
  return process;
}

}  // namespace leanlab::helper

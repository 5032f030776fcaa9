// One try a protection: files, network, processes, kernel. A sandbox that lets one through is none.
#include "hello.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace leanlab::helper {

int say_hello(const char* secret) {
  const char* held = nullptr;
  if (::open(secret, O_RDONLY | O_CLOEXEC) >= 0)
    held = "could read a file that it must not see";
  else if (::open("/usr/leanlab-probe", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) >= 0)
    held = "could write where it must not";
  else if (::socket(AF_INET, SOCK_STREAM, 0) >= 0)
    held = "could open a socket";
  else if (::unshare(CLONE_NEWUSER) == 0)
    held = "could make a user namespace";
  else if (::syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0) == 0)
    held = "could be traced";
  else if (::syscall(460, 0, 0, 0) >= 0 || errno != ENOSYS)
    held = "reached a system call that this build does not know";
  std::printf("%s\n", held != nullptr ? held : "contained");
  return held != nullptr ? 1 : 0;
}

}  // namespace leanlab::helper

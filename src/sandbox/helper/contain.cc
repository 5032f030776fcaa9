// The order of the steps matters: what needs rights comes first, what takes them away last.
#include "contain.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command.h"
#include "setup_error.h"

namespace leanlab::helper {
namespace {

// The kernel sends the signal when the parent ends; if it ended before this call, nobody would.
void die_with_guardian(pid_t guardian) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) setup_failed("pdeathsig");
  if (::getppid() != guardian) ::_exit(120);
}

[[noreturn]] void become_unprotected_command(const Request& request, int setup_pipe, pid_t guardian) {
  use_setup_pipe(setup_pipe);
  die_with_guardian(guardian);
  place_descriptors(request, setup_pipe);
  prepare_process(request);
  // No set-user-id program runs with rights of another user, so the guardian can end everything.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) setup_failed("no_new_privs");
  execute(request);
}

}  // namespace

Contained contain(const Request& request) {
  Contained contained;
  int setup[2];
  if (::pipe2(setup, O_CLOEXEC) != 0) return contained;
  const pid_t guardian = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become_unprotected_command(request, setup[1], guardian);
  ::close(setup[1]);
  if (pid < 0) return contained;
  contained.pid = pid;
  contained.setup = setup[0];
  contained.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  return contained;
}

}  // namespace leanlab::helper

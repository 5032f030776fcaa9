// The order of the steps matters: what needs rights comes first, what takes them away last.
#include "contain.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clone.h"
#include "command.h"
#include "identity.h"
#include "setup_channel.h"
#include "world.h"

namespace leanlab::helper {
namespace {

// The kernel sends the signal when the parent ends; if it ended before this call, nobody would.
void die_with_guardian(pid_t guardian) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) setup_failed("pdeathsig");
  if (::getppid() != guardian) ::_exit(120);
}

// Tiers B and C: the command is the guardian's child.
[[noreturn]] void become_command(const Request& request, pid_t guardian) {
  fail_to_supervisor(-1);
  place_descriptors(request);
  prepare_process(request);
  confine(request);
  die_with_guardian(guardian);  // a change of identity clears it, so it comes after
  execute(request);
}

pid_t start_command(const Request& request, int cgroup) {
  const pid_t guardian = ::getpid();
  const pid_t pid = cgroup < 0 ? ::fork() : clone_process(0, cgroup);
  if (pid == 0) become_command(request, guardian);
  return pid;
}

}  // namespace

Contained contain(const Request& request, const Namespaces& namespaces) {
  Contained contained;
  int cgroup = -1;
  if (!request.cgroup.empty() && (cgroup = open_cgroup(request.cgroup)) < 0) {
    contained.failed = "cgroup";
    return contained;
  }
  int channel[2], ended[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0) return contained;
  use_setup_channel(channel[1]);
  if (request.tier == Tier::A) {
    if (::pipe2(ended, O_CLOEXEC) != 0) return contained;
    contained.pid = start_world(request, namespaces, cgroup, ended[1]);
    ::close(ended[1]);
    contained.ended = ended[0];
  } else {
    contained.pid = start_command(request, cgroup);
  }
  const int number = errno;
  if (cgroup >= 0) ::close(cgroup);
  contained.failed = cgroup >= 0 && is_of_cgroup(number) ? "cgroup"
                     : request.tier == Tier::A           ? "namespaces"
                                                         : "fork";
  if (request.tier == Tier::B && contained.pid > 0 && is_privileged()) be_equal_to_nobody();
  ::close(channel[1]);
  contained.setup = channel[0];
  if (contained.pid > 0) contained.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, contained.pid, 0));
  errno = number;
  return contained;
}

}  // namespace leanlab::helper

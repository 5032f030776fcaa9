// The init makes the view: an ordinary user's with the rights that it has in its user namespace; root's as root, because paths may
// lead through folders that only root can pass, and shows root's files as nobody's before it becomes nobody.
#include "world.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <linux/mount.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clone.h"
#include "command.h"
#include "doors.h"
#include "identity.h"
#include "setup_channel.h"
#include "view.h"

namespace leanlab::helper {
namespace {

// In its pid namespace the init cannot see its parent: that the guardian still holds the other end of the
// channel tells that it lived after the signal was asked for.
void die_with_guardian() {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) setup_failed("pdeathsig");
  pollfd channel{setup_channel(), 0, 0};
  if (::poll(&channel, 1, 0) > 0 && (channel.revents & POLLHUP) != 0) ::_exit(120);
}

// On a stack of its own in the init's memory, which waits until the program is executed: memory of its own would cost more than the
// rest of this process.
int become_command(void* request_address) {
  const Request& request = *static_cast<const Request*>(request_address);
  place_descriptors(request);
  prepare_process(request);
  confine(request);
  execute(request);
}

pid_t start_command(const Request& request) {
  alignas(64) static char stack[256 << 10];
  return ::clone(become_command, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD,
                 const_cast<Request*>(&request));
}

// The first process of a pid namespace: ends all others when the command has ended.
[[noreturn]] void be_init(pid_t command, int ended) {
  ::prctl(PR_SET_DUMPABLE, 0);
  drop_capabilities();
  ::dup2(ended, 0);
  ::syscall(SYS_close_range, 1, ~0U, 0);
  InitReport report;
  int status = 0;
  for (pid_t pid = 0; pid != command;) pid = ::waitpid(-1, &status, 0);
  report.wait_status = status;
  ::kill(-1, SIGKILL);  // nothing that is about to die by it can fork any more
  while (::waitpid(-1, &status, 0) > 0) ++report.leftovers;
  static_cast<void>(!::write(0, &report, sizeof report));
  ::_exit(0);
}

// Root's mounts would be seen outside: another's never are, since they are in a user namespace of their own.
void keep_mounts_to_ourselves() {
  mount_attr attributes{};
  attributes.propagation = MS_PRIVATE;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes) != 0)
    setup_failed("mount flags", "/");
}

[[noreturn]] void build_world(const Request& request, const Namespaces& namespaces, int ended) {
  fail_to_supervisor(-1);
  const bool as_root = makes_view_as_root();
  // A clone makes this namespace for the group of the parent: then the name of ours would be told.
  if (!request.cgroup.empty() && ::unshare(CLONE_NEWCGROUP) != 0) setup_failed("namespaces");
  if (as_root) keep_mounts_to_ourselves();
  if (namespaces.network >= 0 && ::setns(namespaces.network, CLONE_NEWNET) != 0) setup_failed("namespaces");
  enter_view(request, open_view(request, namespaces.owner_map));
  open_doors(request);
  static_cast<void>(::sethostname("leanlab", 7));
  if (as_root) become_nobody_in(namespaces.users);
  die_with_guardian();  // a change of identity clears it, so it comes after
  const pid_t command = start_command(request);
  if (command < 0) setup_failed("fork");
  be_init(command, ended);
}

Network network_of(const Request& request) {
  return request.network && request.listen.empty() ? Network::machines : Network::own;
}

// Only a world whose command can make no connection leaves a network as it was.
bool complete(const Request& request, Namespaces& namespaces) {
  if (request.network) namespaces.users = namespaces.network = -1;
  return (namespaces.users >= 0 || make_namespaces(network_of(request), namespaces)) &&
         (!makes_view_as_root() || namespaces.owner_map >= 0 || make_owner_map(namespaces));
}

}  // namespace

pid_t start_world(const Request& request, Namespaces namespaces, int cgroup, int ended) {
  if (!complete(request, namespaces)) return -1;
  // The namespaces of the world belong to the user namespace that we are in. An ordinary user may make them only in one of his own;
  // root makes them here, where the command has no rights whatever it may gain.
  if (!makes_view_as_root() && ::setns(namespaces.users, CLONE_NEWUSER) != 0) return -1;
  // No namespace of message queues and shared memory: the filter denies all their calls, and it costs a mount.
  constexpr std::uint64_t k_flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS;
  const pid_t pid = clone_process(cgroup < 0 ? k_flags | CLONE_NEWCGROUP : k_flags, cgroup);
  if (pid == 0) build_world(request, namespaces, ended);
  close_namespaces(namespaces);
  return pid;
}

}  // namespace leanlab::helper

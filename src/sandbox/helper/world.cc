// An ordinary user's init makes its own view, with the rights that it has in its namespace. A root guardian makes the
// view for it, because paths may lead through folders that only root can pass, and shows root's files as nobody's.
#include "world.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

// A second user namespace in the first: root of a namespace would get its capabilities back with each exec, and many
// programs refuse to run as root.
void look_like_nobody() {
  ::prctl(PR_SET_DUMPABLE, 1);  // else our id maps belong to root
  if (::unshare(CLONE_NEWUSER) != 0) setup_failed("user namespace");
  const auto [uid, gid] = shown_identity();
  map_identity(0, uid, 0, gid, 0);
}

[[noreturn]] void become_command(const Request& request, bool privileged) {
  if (privileged) look_like_nobody();
  place_descriptors(request);
  prepare_process(request);
  confine(request);
  execute(request);
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

[[noreturn]] void build_world(const Request& request, int ended, const std::vector<Shown>* prepared) {
  fail_to_supervisor(-1);
  if (prepared == nullptr) {
    ::prctl(PR_SET_DUMPABLE, 1);
    const std::vector<Shown> shown = open_view(request, -1);
    die_with_guardian();
    enter_view(request, shown);
  } else {
    if (::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0) setup_failed("identity");
    die_with_guardian();
    enter_view(request, *prepared);
  }
  open_doors(request);
  static_cast<void>(::sethostname("leanlab", 7));
  const pid_t command = ::fork();
  if (command < 0) setup_failed("fork");
  if (command == 0) become_command(request, prepared != nullptr);
  be_init(command, ended);
}

pid_t clone_with(unsigned long flags) {
  return static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, 0));
}

// No namespace of message queues and shared memory: the filter denies all their calls, and it costs a mount.
unsigned long world_flags(const Request& request) {
  const unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWCGROUP;
  return request.network && request.listen.empty() ? flags : flags | CLONE_NEWNET;
}

pid_t start_as_user(const Request& request, int ended) {
  const unsigned uid = ::geteuid(), gid = ::getegid();
  const ShownIdentity shown = shown_identity();  // never 0: that would get capabilities back with each exec
  ::prctl(PR_SET_DUMPABLE, 1);  // inherited: a process that is not dumpable cannot write its own id maps
  const pid_t pid = clone_with(world_flags(request));
  if (pid == 0) {
    fail_to_supervisor(-1);
    map_identity(0, shown.uid, uid, shown.gid, gid);
    build_world(request, ended, nullptr);
  }
  ::prctl(PR_SET_DUMPABLE, 0);
  return pid;
}

int user_namespace_of(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/user";
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

// The user namespace in which root's files are nobody's: of a process that lives for a moment only to make it.
int make_owner_map() {
  const pid_t holder = clone_with(CLONE_NEWUSER);
  if (holder == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) ::pause();
  }
  if (holder < 0) return -1;
  map_identity(holder, 0, k_nobody, 0, k_nobody);
  const int owner_map = user_namespace_of(holder);
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  return owner_map;
}

pid_t start_as_root(const Request& request, int ended) {
  int go[2];
  if (::pipe2(go, O_CLOEXEC) != 0) return -1;
  const int owner_map = make_owner_map();
  if (owner_map < 0) return -1;
  const std::vector<Shown> shown = open_view(request, owner_map);
  const pid_t pid = clone_with(world_flags(request));
  if (pid == 0) {
    ::close(go[1]);
    char ready = 0;  // once our ids are mapped
    if (::read(go[0], &ready, 1) != 1) ::_exit(120);
    build_world(request, ended, &shown);
  }
  if (pid > 0) map_identity(pid, 0, k_nobody, 0, k_nobody);
  static_cast<void>(!::write(go[1], "", 1));
  for (const Shown& thing : shown) ::close(thing.tree);
  for (const int fd : {go[0], go[1], owner_map}) ::close(fd);
  return pid;
}

}  // namespace

pid_t start_world(const Request& request, int ended) {
  return is_privileged() && may_mount() ? start_as_root(request, ended) : start_as_user(request, ended);
}

}  // namespace leanlab::helper

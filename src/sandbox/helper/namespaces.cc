// Namespaces are made by a process that lives for a moment only: whoever holds a descriptor of one keeps it.
#include "namespaces.h"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"

namespace leanlab::helper {
namespace {

// A child in namespaces of its own, which ends when `holding` is closed.
struct Holder {
  pid_t pid = -1;
  int holding = -1;
};

Holder start_holder(unsigned long flags) {
  Holder holder;
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return holder;
  ::prctl(PR_SET_DUMPABLE, 1);  // inherited: the id maps of a process that is not dumpable belong to root
  holder.pid = static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, 0));
  if (holder.pid == 0) {
    ::close(pipe[1]);
    char nothing = 0;
    while (::read(pipe[0], &nothing, 1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
  }
  const int number = errno;
  ::prctl(PR_SET_DUMPABLE, 0);
  ::close(pipe[0]);
  holder.holding = pipe[1];
  errno = number;
  return holder;
}

void end_holder(const Holder& holder) {
  const int number = errno;
  ::close(holder.holding);
  if (holder.pid > 0) ::waitpid(holder.pid, nullptr, 0);
  errno = number;
}

int open_namespace(const Holder& holder, const char* kind) {
  const std::string path = "/proc/" + std::to_string(holder.pid) + "/ns/" + kind;
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

}  // namespace

bool make_namespaces(Network network, Namespaces& made) {
  const Holder holder = start_holder(CLONE_NEWUSER | (network == Network::own ? CLONE_NEWNET : 0));
  bool done = false;
  if (holder.pid > 0) {
    const ShownIdentity shown = shown_identity();  // never 0: that would get capabilities back with each exec
    const bool becomes_other = makes_view_as_root();
    done = map_identity(holder.pid, shown.uid, becomes_other ? k_nobody : ::geteuid(), shown.gid,
                        becomes_other ? k_nobody : ::getegid());
    if (done) made.users = open_namespace(holder, "user");
    if (done && network == Network::own) made.network = open_namespace(holder, "net");
    done = made.users >= 0 && (network == Network::machines || made.network >= 0);
  }
  end_holder(holder);
  return done;
}

bool make_owner_map(Namespaces& made) {
  const Holder holder = start_holder(CLONE_NEWUSER);
  if (holder.pid > 0 && map_identity(holder.pid, 0, k_nobody, 0, k_nobody))
    made.owner_map = open_namespace(holder, "user");
  end_holder(holder);
  return made.owner_map >= 0;
}

void close_namespaces(const Namespaces& namespaces) {
  for (const int fd : {namespaces.users, namespaces.network, namespaces.owner_map}) {
    if (fd >= 0) ::close(fd);
  }
}

}  // namespace leanlab::helper

// The guardian's whole life: this process does nothing else.
#include "run.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "contain.h"
#include "guardian.h"
#include "report.h"
#include "request.h"
#include "setup_channel.h"

namespace leanlab::helper {
namespace {

// Not to be traced by the command, not to be ended by a stray signal, and the parent of all orphans below.
void become_guardian(int control) {
  ::fcntl(control, F_SETFD, FD_CLOEXEC);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

// The command's descriptors must not be held open by the guardian, or their readers would wait for it.
void let_go_of_the_commands_descriptors(const Request& request) {
  for (const Descriptor& fd : request.fds) ::close(fd.ours);
  if (request.door >= 0) ::close(request.door);
  for (const int standard : {0, 1, 2}) ::close(standard);
  static_cast<void>(!::chdir("/"));
}

}  // namespace

int run(int control, const Namespaces& namespaces) {
  Request request;
  std::string why;
  if (!read_request(control, request, why)) {
    send_setup_error(control, {"request", why, 0});
    return 2;
  }
  become_guardian(control);
  fail_to_supervisor(control);
  const Contained contained = contain(request, namespaces);
  if (contained.pid < 0) {
    const std::string failed = contained.failed;
    send_setup_error(control, {failed, failed == "cgroup" ? request.cgroup : "", errno});
    return 2;
  }
  let_go_of_the_commands_descriptors(request);
  SetupError error;
  const Report report = guard(request, contained, control, error);
  if (!error.step.empty())
    send_setup_error(control, error);
  else
    send_report(control, report, request.tier);
  return report.survivors == 0 ? 0 : 1;
}

}  // namespace leanlab::helper

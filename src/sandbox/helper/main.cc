// leanlab-sandbox: contains one command, guards it, and reports how it ended. Started by leanlab only.
//
// What it guarantees, whatever the command does:
//   all tiers  When it has reported, or its supervisor has died, nothing that the command started is alive.
//              The command's limits hold; it has only the descriptors and the environment that it was given;
//              it cannot gain rights through set-user-id programs.
//   tier B     Besides: the command reaches only the listed files, no network, and no process but its own.
//   tier A     Besides: the command sees only the listed files, in a world of its own (mounts, processes, network).
//   never      A part of a tier that cannot be had is an error, not a weaker sandbox.
// In tier C the command runs as the user, so it can kill this guardian; the supervisor then sweeps up by a mark in
// the environment (`--sweep`) and says so.
//
// It is one thread, statically linked, and uses libc only: after fork it may do anything.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "contain.h"
#include "guardian.h"
#include "hello.h"
#include "process_tree.h"
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

int run(int control) {
  Request request;
  std::string why;
  if (!read_request(control, request, why)) {
    send_setup_error(control, {"request", why, 0});
    return 2;
  }
  become_guardian(control);
  fail_to_supervisor(control);
  const Contained contained = contain(request);
  if (contained.pid < 0) {
    send_setup_error(control, {request.tier == Tier::A ? "namespaces" : "fork", "", errno});
    return 2;
  }
  let_go_of_the_commands_descriptors(request);
  SetupError error;
  const Report report = guard(request, contained, control, error);
  if (!error.step.empty())
    send_setup_error(control, error);
  else
    send_report(control, report, request.tier);
  return 0;
}

}  // namespace
}  // namespace leanlab::helper

int main(int argc, char** argv) {
  using namespace leanlab::helper;
  if (argc == 3 && std::strcmp(argv[1], "--sweep") == 0) {
    std::printf("%llu\n", static_cast<unsigned long long>(end_marked(argv[2])));
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "--hello") == 0) return say_hello(argv[2]);
  char* end = nullptr;
  const long control = argc == 2 ? std::strtol(argv[1], &end, 10) : -1;
  if (control < 3 || control > 1023 || *end != '\0') {
    std::fprintf(
        stderr,
        "leanlab-sandbox is started by leanlab, which passes it a descriptor; see leanlab-sandbox(1)\n");
    return 2;
  }
  return run(static_cast<int>(control));
}

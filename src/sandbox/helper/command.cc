// Descriptors, session, signals, limits, exec: in this order, each failure reported by name.
#include "command.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "identity.h"
#include "landlock.h"
#include "limits.h"
#include "seccomp.h"
#include "setup_channel.h"

namespace leanlab::helper {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string path_variable(const Request& request) {
  for (const std::string& variable : request.env) {
    if (variable.compare(0, 5, "PATH=") == 0) return variable.substr(5);
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

void reset_signals() {
  // exec resets handlers but not what is ignored, and only ordinary signals ever are.
  for (int number = 1; number < 32; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

void place_descriptors(const Request& request) {
  int highest = 2;
  for (const Descriptor& fd : request.fds) highest = std::max({highest, fd.ours, fd.theirs});
  // Sources move out of the way of all targets first.
  std::vector<int> moved;
  for (const Descriptor& fd : request.fds) moved.push_back(::fcntl(fd.ours, F_DUPFD_CLOEXEC, highest + 1));
  const int channel = ::fcntl(setup_channel(), F_DUPFD_CLOEXEC, highest + 1);
  use_setup_channel(channel);
  std::vector<bool> keep(static_cast<std::size_t>(highest) + 1, false);
  keep[0] = keep[1] = keep[2] = true;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    const int target = request.fds[i].theirs;
    if (moved[i] < 0 || ::dup2(moved[i], target) < 0) setup_failed("descriptors");
    keep[static_cast<std::size_t>(target)] = true;
  }
  for (int fd = 3; fd <= highest; ++fd) {
    if (!keep[static_cast<std::size_t>(fd)]) ::close(fd);
  }
  if (channel > highest + 1) ::syscall(SYS_close_range, highest + 1, channel - 1, 0);
  ::syscall(SYS_close_range, channel + 1, ~0U, 0);
}

void prepare_process(const Request& request) {
  ::setsid();
  reset_signals();
  ::umask(022);
  apply_limits(request);
}

void confine(const Request& request) {
  // No set-user-id program runs with rights of another user; so the guardian can end everything, in every tier.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) setup_failed("no_new_privs");
  if (request.tier == Tier::C) return;
  // Landlock opens the paths while they can still be reached.
  apply_landlock(request);
  if (request.tier == Tier::B && is_privileged())
    become_nobody(request);
  else
    drop_capabilities();
}

void execute(const Request& request) {
  if (::chdir(request.cwd.c_str()) != 0) setup_failed("chdir", request.cwd);
  if (request.tier != Tier::C) apply_seccomp(request);
  const std::vector<char*> argv = pointers(request.argv);
  const std::vector<char*> env = pointers(request.env);
  const std::string& program = request.argv[0];
  if (program.find('/') != std::string::npos) {
    ::execve(program.c_str(), argv.data(), env.data());
    setup_failed("exec", program);
  }
  const std::string path = path_variable(request);
  int reason = ENOENT;  // as execvp(3): "permission denied" is only told when nothing better was found
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const std::string folder = path.substr(start, end - start);
    ::execve((folder + "/" + program).c_str(), argv.data(), env.data());
    if (errno != ENOENT && errno != ENOTDIR) reason = errno;
    start = end + 1;
  }
  errno = reason;
  setup_failed("exec", program);
}

}  // namespace leanlab::helper

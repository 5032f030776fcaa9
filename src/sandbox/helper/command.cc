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

#include "limits.h"
#include "setup_error.h"

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
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

int place_descriptors(const Request& request, int kept) {
  int highest = 2;
  for (const Descriptor& fd : request.fds) highest = std::max({highest, fd.ours, fd.theirs});
  // Sources move out of the way of all targets first.
  std::vector<int> moved;
  for (const Descriptor& fd : request.fds) moved.push_back(::fcntl(fd.ours, F_DUPFD_CLOEXEC, highest + 1));
  kept = ::fcntl(kept, F_DUPFD_CLOEXEC, highest + 1);
  use_setup_pipe(kept);
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
  for (unsigned fd = static_cast<unsigned>(highest) + 1; fd < static_cast<unsigned>(kept); ++fd)
    ::close(static_cast<int>(fd));
  ::syscall(SYS_close_range, static_cast<unsigned>(kept) + 1, ~0U, 0);
  return kept;
}

void prepare_process(const Request& request) {
  ::setsid();
  reset_signals();
  ::umask(022);
  apply_limits(request);
}

void execute(const Request& request) {
  if (::chdir(request.cwd.c_str()) != 0) setup_failed("chdir", request.cwd);
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

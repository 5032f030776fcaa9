// The server is asked with one message a run and never answers: a run's own socket tells all, also that there is nobody.
#include "sandbox/guardian.h"

#include <csignal>
#include <cstring>
#include <mutex>

#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "sandbox/wire.h"

namespace leanlab::sandbox {
namespace {

Result<RunningProcess> spawn_helper(const std::filesystem::path& helper, std::vector<std::string> arguments,
                                    const Descriptors& descriptors) {
  SpawnRequest request;
  request.argv = {helper.string()};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.env.emplace();
  request.fds = descriptors;
  return leanlab::spawn(request);
}

class Server {
 public:
  ~Server() {
    if (process_ && ::getpid() != owner_) std::move(*process_).leave();  // a fork's copy is not ours to end
  }

  /// The number of the run, or 0 when there is no server to be had.
  std::uint64_t start(const std::filesystem::path& helper, const Descriptors& descriptors,
                      Guardian::Namespaces namespaces) {
    const std::scoped_lock lock(mutex_);
    const std::uint64_t id = ++last_;
    std::string message = fmt::format("start {} {}", id, namespaces == Guardian::Namespaces::lent ? 1 : 0);
    for (const auto& [ours, theirs] : descriptors) message += fmt::format(" {}", theirs);
    if (process_ && ::getpid() == owner_) {
      if (send(message, descriptors)) return id;
      if (errno != EPIPE && errno != ECONNRESET) return 0;  // it lives, but cannot take this one
    }
    return start_server(helper) && send(message, descriptors) ? id : 0;
  }

  void end(std::uint64_t id) {
    const std::scoped_lock lock(mutex_);
    if (process_ && ::getpid() == owner_) send(fmt::format("end {}", id), {});
  }

 private:
  bool start_server(const std::filesystem::path& helper) {
    if (process_ && ::getpid() != owner_) std::move(*process_).leave();
    process_.reset();
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
    channel_ = Fd(ends[0]);
    const Fd theirs(ends[1]);
    auto started =
        spawn_helper(helper, {"--serve", std::to_string(k_control_fd)}, {{theirs.get(), k_control_fd}});
    if (!started) return false;
    process_.emplace(std::move(*started));
    owner_ = ::getpid();
    return true;
  }

  bool send(std::string message, const Descriptors& descriptors) {
    std::vector<int> ours;
    for (const auto& pair : descriptors) ours.push_back(pair.first);
    iovec piece{message.data(), message.size()};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    const std::size_t size = ours.size() * sizeof(int);
    std::vector<cmsghdr> space(CMSG_SPACE(size) / sizeof(cmsghdr) + 1);
    if (size > 0) {
      header.msg_control = space.data();
      header.msg_controllen = CMSG_SPACE(size);
      cmsghdr* part = CMSG_FIRSTHDR(&header);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(size);
      std::memcpy(CMSG_DATA(part), ours.data(), size);
    }
    while (true) {
      if (::sendmsg(channel_.get(), &header, MSG_NOSIGNAL) >= 0) return true;
      if (errno != EINTR) return false;
    }
  }

  std::mutex mutex_;
  Fd channel_;
  std::optional<RunningProcess> process_;
  pid_t owner_ = 0;
  std::uint64_t last_ = 0;
};

Server& server() {
  static Server one;
  return one;
}

}  // namespace

Result<Guardian> Guardian::spawn(const std::filesystem::path& helper, const Descriptors& descriptors) {
  TRY_ASSIGN(RunningProcess process, spawn_helper(helper, {std::to_string(k_control_fd)}, descriptors));
  return Guardian(std::move(process));
}

Result<Guardian> Guardian::ask_for(const std::filesystem::path& helper, const Descriptors& descriptors,
                                   Namespaces namespaces) {
  constexpr std::size_t k_most_descriptors = 32;  // a server's own come after them
  const std::uint64_t served =
      descriptors.size() > k_most_descriptors ? 0 : server().start(helper, descriptors, namespaces);
  if (served != 0) return Guardian(served);
  return spawn(helper, descriptors);
}

void Guardian::resume() const {
  if (process_) process_->send_signal(SIGCONT);
}

void Guardian::kill() const {
  if (process_)
    process_->send_signal(SIGKILL);
  else
    server().end(served_);
}

ExitStatus Guardian::wait() {
  return process_ ? process_->wait() : ExitStatus{};
}

}  // namespace leanlab::sandbox

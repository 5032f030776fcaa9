// It does nothing for a run but to fork: what a run asks for is read by its guardian. So nothing of one run is in reach of the next.
#include "serve.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"
#include "namespaces.h"
#include "process_tree.h"
#include "run.h"

namespace leanlab::helper {
namespace {

// Our descriptors are from here on, so that those of a run lie below. While all are below 64 a fork copies no table of them.
constexpr int k_ours = 36;
constexpr std::size_t k_most_descriptors = k_ours, k_most_spare = 16;

int move_up(int fd) {
  const int moved = fd < 0 ? -1 : ::fcntl(fd, F_DUPFD_CLOEXEC, k_ours);
  if (moved < 0) return fd;
  ::close(fd);
  return moved;
}

/// "start ID LEND CONTROL NUMBER..." with as many descriptors as there are numbers, the first of which is the control socket; or
/// "end ID".
struct Message {
  bool starts = false;
  std::uint64_t id = 0;
  bool lends = false;
  std::vector<int> numbers, descriptors;
};

void close_all(const std::vector<int>& descriptors) {
  for (const int fd : descriptors) ::close(fd);
}

bool parse(const std::string& text, Message& message) {
  message.starts = text.compare(0, 6, "start ") == 0;
  if (!message.starts && text.compare(0, 4, "end ") != 0) return false;
  const char* at = text.c_str() + (message.starts ? 6 : 4);
  std::vector<std::uint64_t> words;
  for (char* end = nullptr; *at != '\0'; at = end) {
    words.push_back(std::strtoull(at, &end, 10));
    if (end == at) return false;
  }
  if (words.size() < (message.starts ? 3 : 1)) return false;
  message.id = words[0];
  if (!message.starts) return true;
  message.lends = words[1] != 0;
  for (std::size_t i = 2; i < words.size(); ++i) message.numbers.push_back(static_cast<int>(words[i]));
  return message.numbers.size() == message.descriptors.size() &&
         std::all_of(message.numbers.begin(), message.numbers.end(),
                     [](int number) { return number >= 0 && number < k_ours; });
}

// False at the end of the stream. A message that is none has no numbers.
bool receive(int channel, Message& message) {
  char bytes[1024];
  iovec piece{bytes, sizeof bytes};
  alignas(cmsghdr) char space[CMSG_SPACE(k_most_descriptors * sizeof(int))];
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = space;
  header.msg_controllen = sizeof space;
  const ssize_t got = ::recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    message.descriptors.resize(count);
    std::memcpy(message.descriptors.data(), CMSG_DATA(part), count * sizeof(int));
  }
  if (parse({bytes, static_cast<std::size_t>(got)}, message)) return true;
  close_all(message.descriptors);
  message = {};
  return true;
}

// Gives the run's descriptors their numbers and leaves no other copy of them. Returns the control socket.
int place(const Message& message) {
  std::vector<int> from = message.descriptors;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] != message.numbers[i]) from[i] = move_up(from[i]);
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] == message.numbers[i]) continue;
    if (::dup2(from[i], message.numbers[i]) < 0) ::_exit(2);
    ::close(from[i]);
  }
  return message.numbers[0];
}

class Server {
 public:
  explicit Server(int channel) : channel_(move_up(channel)) {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    signals_ = move_up(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    ::prctl(PR_SET_DUMPABLE, 0);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    static_cast<void>(!::chdir("/"));
    static_cast<void>(makes_view_as_root());  // asked once, and known to all guardians
  }

  int run() {
    while (true) {
      pollfd events[] = {{channel_, POLLIN, 0}, {signals_, POLLIN, 0}};
      ::poll(events, std::size(events), -1);
      if (events[1].revents != 0) reap();
      if (events[0].revents == 0) continue;
      Message message;
      if (!receive(channel_, message)) return 0;
      if (!message.numbers.empty())
        start(message);
      else if (message.id != 0)
        end(message.id);
    }
  }

 private:
  struct Guardian {
    pid_t pid;
    std::uint64_t id;
    Namespaces lent;
  };

  void start(const Message& message) {
    reap();  // the run before may have left its namespaces a moment ago
    const Namespaces lent = message.lends ? lend() : Namespaces{};
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::close(channel_);  // who holds it open hides our end from leanlab
      ::close(signals_);
      ::_exit(helper::run(place(message), lent));
    }
    close_all(message.descriptors);  // without a guardian leanlab finds its socket closed
    if (pid > 0)
      guardians_.push_back({pid, message.id, lent});
    else
      take_back(lent);
  }

  void end(std::uint64_t id) const {
    for (const Guardian& guardian : guardians_) {
      if (guardian.id == id) ::kill(guardian.pid, SIGKILL);
    }
  }

  Namespaces lend() {
    if (makes_view_as_root() && owner_map_ < 0) {
      Namespaces made;
      if (!make_owner_map(made)) return {};
      owner_map_ = move_up(made.owner_map);
    }
    Namespaces lent;
    if (!spare_.empty()) {
      lent = spare_.back();
      spare_.pop_back();
    } else if (make_namespaces(Network::own, lent)) {
      lent.users = move_up(lent.users);
      lent.network = move_up(lent.network);
    } else {
      close_namespaces(lent);
      return {};  // the guardian will say why
    }
    lent.owner_map = owner_map_;
    return lent;
  }

  void take_back(Namespaces lent) {
    if (lent.users < 0) return;
    lent.owner_map = -1;
    if (spare_.size() < k_most_spare)
      spare_.push_back(lent);
    else
      close_namespaces(lent);
  }

  // Namespaces in which something may still live are lent to nobody.
  void discard(Namespaces lent) {
    lent.owner_map = -1;
    close_namespaces(lent);
  }

  void reap() {
    signalfd_siginfo unread[8];
    while (::read(signals_, unread, sizeof unread) > 0) {
    }
    bool has_orphans = false;
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      const auto found = std::find_if(guardians_.begin(), guardians_.end(),
                                      [&](const Guardian& guardian) { return guardian.pid == pid; });
      const bool was_guardian = found != guardians_.end();
      const bool all_ended = was_guardian && WIFEXITED(status) && WEXITSTATUS(status) == 0;
      if (!all_ended) has_orphans = true;
      if (!was_guardian) continue;
      all_ended ? take_back(found->lent) : discard(found->lent);
      guardians_.erase(found);
    }
    if (!has_orphans) return;
    std::vector<pid_t> spared;
    for (const Guardian& guardian : guardians_) spared.push_back(guardian.pid);
    end_children_but(spared);
  }

  int channel_, signals_ = -1, owner_map_ = -1;
  std::vector<Guardian> guardians_;
  std::vector<Namespaces> spare_;
};

}  // namespace

int serve(int channel) {
  return Server(channel).run();
}

}  // namespace leanlab::helper

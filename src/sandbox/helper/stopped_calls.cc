// What is done here is one ioctl(2) to receive and one to answer; the rest is in the rooms of its own for each kind of call.
#include "stopped_calls.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "change_mode.h"
#include "connections.h"
#include "file_call.h"
#include "landlock.h"
#include "own_process.h"
#include "shared_memory.h"
#include "signals.h"
#include "watched_files.h"

namespace leanlab::helper {
namespace {

bool applies(const CallRule& rule, const seccomp_data& call) {
  if (rule.number != call.nr || !comes_to_guardian(rule)) return false;
  const auto argument = static_cast<std::uint32_t>(call.args[rule.condition.argument]);
  switch (rule.condition.kind) {
    case Condition::Kind::always:
      return true;
    case Condition::Kind::equal:
      return argument == rule.condition.value;
    case Condition::Kind::equal_in:
      return (argument & rule.condition.mask) == rule.condition.value;
    case Condition::Kind::not_equal:
      return argument != rule.condition.value;
    case Condition::Kind::any_bit:
      return (argument & rule.condition.value) != 0;
    case Condition::Kind::no_bit:
      return (argument & rule.condition.value) == 0;
  }
  return false;
}

// What a person needs to know of a socket is where it would have led.
std::string name_of(const CallRule& rule, const seccomp_data& call) {
  if (rule.number != SYS_socket) return rule.name;
  switch (static_cast<int>(call.args[0])) {
    case AF_UNIX:
      return "socket (unix)";
    case AF_INET:
      return "socket (inet)";
    case AF_INET6:
      return "socket (inet6)";
    case AF_NETLINK:
      return "socket (netlink)";
    default:
      return "socket (family " + std::to_string(static_cast<int>(call.args[0])) + ")";
  }
}

// Whether the first argument names a thread of the process that calls.
bool is_own_thread(const seccomp_notif& call) {
  const std::string folder = "/proc/" + std::to_string(call.pid) + "/task/";
  return ::access((folder + std::to_string(static_cast<std::uint32_t>(call.data.args[0]))).c_str(), F_OK) ==
         0;
}

// Whether the first argument names the process of the thread that calls.
bool is_own_process(const seccomp_notif& call) {
  const pid_t process = process_of(static_cast<pid_t>(call.pid));
  return process != 0 && static_cast<pid_t>(call.data.args[0]) == process;
}

// Where a watched call would lead to nobody; empty: it may go on.
std::string refused_address(const seccomp_notif& call) {
  const auto* args = call.data.args;
  const bool with_data = call.data.nr == SYS_sendto;
  return leads_nowhere(static_cast<pid_t>(call.pid), args[with_data ? 4 : 1], args[with_data ? 5 : 2]);
}

ModeChange mode_change(const seccomp_notif& call) {
  const auto caller = static_cast<pid_t>(call.pid);
  const auto* args = call.data.args;
  if (call.data.nr == SYS_fchmod)
    return {caller, static_cast<int>(args[0]), 0, static_cast<unsigned>(args[1])};
  if (call.data.nr == SYS_fchmodat)
    return {caller, static_cast<int>(args[0]), args[1], static_cast<unsigned>(args[2])};
  return {caller, AT_FDCWD, args[0], static_cast<unsigned>(args[1])};
}

}  // namespace

StoppedCalls::StoppedCalls(const Request& request) : request_(request) {
  if (request.tier != Tier::C) rules_ = call_rules(request, landlock_abi());
}

StoppedCalls::~StoppedCalls() {
  if (fd_ >= 0) ::close(fd_);
}

void StoppedCalls::listen(int fd) {
  fd_ = fd;
  // Caller and guardian take turns, so they do best on one core (Linux 6.6; Debian 12's header does not name it).
  constexpr unsigned long k_set_flags = SECCOMP_IOW(4, __u64), k_wake_here = 1;
  static_cast<void>(::ioctl(fd_, k_set_flags, k_wake_here));
}

void StoppedCalls::stop_listening() {
  ::close(fd_);
  fd_ = -1;
}

void StoppedCalls::answer_one() {
  seccomp_notif call{};
  if (::ioctl(fd_, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
    if (errno == EINTR || errno == ENOENT) return;  // the caller died while it waited
    return stop_listening();
  }
  const auto rule = std::find_if(rules_.begin(), rules_.end(),
                                 [&](const CallRule& one) { return applies(one, call.data); });
  if (rule == rules_.end()) return deny(call, EPERM);
  answer(call, *rule);
}

void StoppedCalls::answer(const seccomp_notif& call, const CallRule& rule) {
  switch (rule.handling) {
    case Handling::own_process:
      if (is_own_process(call)) return let_go_on(call);
      break;
    case Handling::connection: {
      const std::string address = refused_address(call);
      if (address.empty()) return let_go_on(call);
      count("connection to " + address);
      return deny(call, rule.error);
    }
    case Handling::own_thread:
      if (is_own_thread(call)) return deny(call, rule.error);
      break;
    case Handling::serve_signal:
      return serve_signal(call, rule);
    case Handling::signal:
      if (is_to_others(static_cast<std::int32_t>(call.data.args[0]))) count(rule.name);
      return let_go_on(call);
    case Handling::shared:
      if (mappings_.fits(call)) return let_go_on(call);
      count("mmap (shared, beyond its memory)");
      return deny(call, rule.error);
    case Handling::pretend:
      tell_of_file(call);
      return deny(call, rule.error);
    case Handling::change_mode:
      tell_of_file(call);
      change_mode(request_, mode_change(call));
      return deny(call, rule.error);
    case Handling::file:
      return answer_file(call);
    case Handling::deny:
      break;
  }
  count(name_of(rule, call.data));
  deny(call, rule.error);
}

void StoppedCalls::serve_signal(const seccomp_notif& call, const CallRule& rule) {
  if (is_own_process(call)) return let_go_on(call);  // it is there before the call returns
  const auto number = static_cast<int>(call.data.args[1]);
  const pid_t caller = process_of(static_cast<pid_t>(call.pid));
  bool to_caller = false;
  const int error = send_signal(caller, static_cast<std::int32_t>(call.data.args[0]), number, to_caller);
  if (error == EPERM) count(rule.name);
  deny(call, error);
  if (to_caller && error == 0) static_cast<void>(send_to(caller, number));
}

void StoppedCalls::answer_file(const seccomp_notif& call) {
  const std::optional<FileCall> wanted = file_call(call);
  if (!wanted) return let_go_on(call);
  const std::string kept = kept_file(request_, *wanted);
  if (!kept.empty()) count(kept);
  if (!kept.empty() && wanted->kind == FileCall::Kind::look) return deny(call, EACCES);
  std::optional<Served> served;
  if (request_.tier == Tier::B) served = serve_shared_memory(request_, *wanted);
  if (request_.tier == Tier::B && !served) served = serve_own_process(*wanted);
  if (!served) return let_go_on(call);
  if (served->fd < 0) return deny(call, served->error);
  if (!hand_over(call, served->fd, (wanted->flags & O_CLOEXEC) != 0)) deny(call, EACCES);
  ::close(served->fd);
}

void StoppedCalls::tell_of_file(const seccomp_notif& call) {
  const std::optional<FileCall> wanted = file_call(call);
  if (!wanted) return;
  if (const std::string kept = kept_file(request_, *wanted); !kept.empty()) count(kept);
}

void StoppedCalls::deny(const seccomp_notif& call, int error) const {
  seccomp_notif_resp reply{};
  reply.id = call.id;
  reply.error = -error;  // 0 is an answer, too: done
  ::ioctl(fd_, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

void StoppedCalls::let_go_on(const seccomp_notif& call) const {
  seccomp_notif_resp reply{};
  reply.id = call.id;
  reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ::ioctl(fd_, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

// Answers the call with a descriptor of the caller's for our file (Linux 5.14).
bool StoppedCalls::hand_over(const seccomp_notif& call, int fd, bool close_on_exec) const {
  seccomp_notif_addfd reply{};
  reply.id = call.id;
  reply.flags = SECCOMP_ADDFD_FLAG_SEND;
  reply.srcfd = static_cast<__u32>(fd);
  reply.newfd_flags = close_on_exec ? O_CLOEXEC : 0;
  return ::ioctl(fd_, SECCOMP_IOCTL_NOTIF_ADDFD, &reply) >= 0;
}

void StoppedCalls::count(const std::string& name) {
  constexpr std::size_t k_most_kinds = 64;
  constexpr std::uint32_t k_most_counted = 10'000;
  const auto find = [&](const std::string& wanted) {
    return std::find_if(counts_.begin(), counts_.end(),
                        [&](const auto& pair) { return pair.first == wanted; });
  };
  auto found = find(name);
  if (found == counts_.end()) {
    const std::string kind =
        counts_.size() < k_most_kinds ? name : name.substr(0, name.find(' ')) + " others";
    found = find(kind);
    if (found == counts_.end()) found = counts_.insert(counts_.end(), {kind, 0});
  }
  if (found->second < k_most_counted) ++found->second;
}

std::vector<std::pair<std::string, std::uint32_t>> StoppedCalls::counts() const {
  auto sorted = counts_;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

}  // namespace leanlab::helper

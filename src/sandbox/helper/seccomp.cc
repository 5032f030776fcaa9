// The filter is written by hand, one short block a rule, so that what runs in the kernel can be read here.
#include "seccomp.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "change_mode.h"
#include "connections.h"
#include "landlock.h"
#include "setup_channel.h"

namespace leanlab::helper {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t k_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t k_architecture = AUDIT_ARCH_AARCH64;
#else
#error "the call rules are only known for x86-64 and AArch64"
#endif
constexpr std::uint32_t k_x32_bit = 0x40000000;

enum class Counting { no, yes };

class Filter {
 public:
  explicit Filter(Counting counting) : counting_(counting) {
    load(offsetof(seccomp_data, arch));
    jump(BPF_JEQ, k_architecture, 1, 0);
    answer(SECCOMP_RET_KILL_PROCESS);
    load_number();
    jump(BPF_JGE, k_x32_bit, 0, 1);
    answer(SECCOMP_RET_KILL_PROCESS);
    jump(BPF_JGT, k_newest_call, 0, 1);
    answer(SECCOMP_RET_ERRNO | ENOSYS);
  }

  void add(const CallRule& rule) {
    const std::uint32_t what = (rule.counted || rule.emulated) && counting_ == Counting::yes
                                   ? SECCOMP_RET_USER_NOTIF
                                   : SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(rule.error);
    const auto number = static_cast<std::uint32_t>(rule.number);
    if (rule.condition.kind == Condition::Kind::always) {
      jump(BPF_JEQ, number, 0, 1);
      return answer(what);
    }
    jump(BPF_JEQ, number, 0, 4);
    load(offsetof(seccomp_data, args) +
         8 * rule.condition.argument);  // the low half, on little-endian machines
    const std::uint32_t value = rule.condition.value;
    switch (rule.condition.kind) {
      case Condition::Kind::equal:
        jump(BPF_JEQ, value, 0, 1);
        break;
      case Condition::Kind::not_equal:
        jump(BPF_JEQ, value, 1, 0);
        break;
      case Condition::Kind::any_bit:
        jump(BPF_JSET, value, 0, 1);
        break;
      case Condition::Kind::no_bit:
        jump(BPF_JSET, value, 1, 0);
        break;
      case Condition::Kind::always:
        break;
    }
    answer(what);
    load_number();
  }

  // Rules of neighbouring numbers, which all other numbers step over: when a filter is installed the kernel tries it
  // with each number there is, so a plain list of all rules would cost more than the rest of the set-up.
  void add_group(const std::vector<CallRule>& rules) {
    const auto newest = static_cast<std::uint32_t>(rules.back().number);
    jump(BPF_JGT, newest, 0, 1);
    const std::size_t over =
        code_.size();  // a conditional jump reaches 255 instructions only, this one any number
    code_.push_back(BPF_STMT(BPF_JMP | BPF_JA, 0));
    for (const CallRule& rule : rules) add(rule);
    answer(SECCOMP_RET_ALLOW);
    code_[over].k = static_cast<std::uint32_t>(code_.size() - over - 1);
  }

  // Returns the listener, 0 if none was asked for, or -1 with errno.
  int install() {
    answer(SECCOMP_RET_ALLOW);
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    const unsigned flags = counting_ == Counting::yes ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
    return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
  }

 private:
  void load(std::size_t offset) {
    code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
  }
  void load_number() { load(offsetof(seccomp_data, nr)); }
  void answer(std::uint32_t value) { code_.push_back(BPF_STMT(BPF_RET | BPF_K, value)); }
  void jump(unsigned test, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    code_.push_back(
        sock_filter{static_cast<std::uint16_t>(BPF_JMP | BPF_K | test), if_true, if_false, value});
  }

  Counting counting_;
  std::vector<sock_filter> code_;
};

int install(std::vector<CallRule> rules, Counting counting) {
  constexpr std::size_t k_group = 8;
  std::stable_sort(rules.begin(), rules.end(),
                   [](const CallRule& a, const CallRule& b) { return a.number < b.number; });
  Filter filter(counting);
  std::vector<CallRule> group;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    group.push_back(rules[i]);
    const bool last_of_its_number = i + 1 == rules.size() || rules[i + 1].number != rules[i].number;
    // The rules of one number stay together; those for the families of sockets are some forty.
    if (!last_of_its_number || (group.size() < k_group && i + 1 < rules.size())) continue;
    filter.add_group(group);
    group.clear();
  }
  return filter.install();
}

bool applies(const CallRule& rule, const seccomp_data& call) {
  if (rule.number != call.nr || (!rule.counted && !rule.emulated)) return false;
  const auto argument = static_cast<std::uint32_t>(call.args[rule.condition.argument]);
  switch (rule.condition.kind) {
    case Condition::Kind::always:
      return true;
    case Condition::Kind::equal:
      return argument == rule.condition.value;
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

// Whether the first argument names the process of the thread that calls.
bool is_own_process(const seccomp_notif& call) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%u/status", call.pid);
  std::FILE* status = std::fopen(path, "re");
  if (status == nullptr) return false;
  char line[256];
  unsigned process = 0;
  while (std::fgets(line, sizeof line, status) != nullptr && std::sscanf(line, "Tgid: %u", &process) != 1) {
  }
  std::fclose(status);
  return process != 0 && static_cast<std::uint32_t>(call.data.args[0]) == process;
}

bool is_watched(const CallRule& rule) {
  return rule.number == SYS_connect || rule.number == SYS_sendto;
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

void apply_seccomp(const Request& request) {
  const std::vector<CallRule> rules = call_rules(request, landlock_abi());
  int listener = install(rules, Counting::yes);
  if (listener > 0) {
    hand_to_guardian(listener);
    ::close(listener);
    return;
  }
  // Another filter of this process may have the one listener that there can be (EBUSY). What only it could let go on is then
  // not watched.
  std::vector<CallRule> unwatched = rules;
  unwatched.erase(std::remove_if(unwatched.begin(), unwatched.end(), is_watched), unwatched.end());
  if (install(unwatched, Counting::no) != 0) setup_failed("seccomp");
}

DeniedCalls::DeniedCalls(const Request& request) : request_(request) {
  if (request.tier != Tier::C) rules_ = call_rules(request, landlock_abi());
}

DeniedCalls::~DeniedCalls() {
  if (fd_ >= 0) ::close(fd_);
}

void DeniedCalls::stop_listening() {
  ::close(fd_);
  fd_ = -1;
}

void DeniedCalls::answer_one() {
  constexpr std::uint32_t k_most_counted = 10'000;
  constexpr std::size_t k_most_kinds = 64;
  seccomp_notif call{};
  if (::ioctl(fd_, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
    if (errno == EINTR || errno == ENOENT) return;  // the caller died while it waited
    return stop_listening();
  }
  seccomp_notif_resp reply{};
  reply.id = call.id;
  reply.error = -EPERM;
  for (const CallRule& rule : rules_) {
    if (!applies(rule, call.data)) continue;
    reply.error = -rule.error;
    if (rule.own_only && is_own_process(call)) return let_go_on(call.id);
    if (is_watched(rule)) {
      const std::string address = refused_address(call);
      if (address.empty()) return let_go_on(call.id);
      count("connection to " + (counts_.size() < k_most_kinds ? address : "others"));
      break;
    }
    if (rule.emulated) {
      change_mode(request_, mode_change(call));
      break;
    }
    count(name_of(rule, call.data));
    break;
  }
  ::ioctl(fd_, SECCOMP_IOCTL_NOTIF_SEND, &reply);
  if (++total_ >= k_most_counted) stop_listening();
}

void DeniedCalls::let_go_on(std::uint64_t id) const {
  seccomp_notif_resp reply{};
  reply.id = id;
  reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ::ioctl(fd_, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

void DeniedCalls::count(const std::string& name) {
  const auto found =
      std::find_if(counts_.begin(), counts_.end(), [&](const auto& pair) { return pair.first == name; });
  if (found != counts_.end())
    ++found->second;
  else
    counts_.emplace_back(name, 1);
}

std::vector<std::pair<std::string, std::uint32_t>> DeniedCalls::counts() const {
  auto sorted = counts_;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

}  // namespace leanlab::helper

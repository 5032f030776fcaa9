// The filter is written by hand, one short block a rule, so that what runs in the kernel can be read here.
#include "seccomp.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "landlock.h"
#include "seccomp_rules.h"
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

enum class Listening { no, yes };

class Filter {
 public:
  explicit Filter(Listening listening) : listening_(listening) {
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
    const std::uint32_t what = comes_to_guardian(rule) && listening_ == Listening::yes
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
    const auto set = [&](unsigned flags) {
      return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
    };
    if (listening_ == Listening::no) return set(0);
    // A call that the guardian looks at is not cut short by a signal for which the kernel would not have cut it short (Linux 5.19).
    const int listener = set(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    return listener < 0 && errno == EINVAL ? set(SECCOMP_FILTER_FLAG_NEW_LISTENER) : listener;
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

  Listening listening_;
  std::vector<sock_filter> code_;
};

int install(std::vector<CallRule> rules, Listening listening) {
  constexpr std::size_t k_group = 8;
  std::stable_sort(rules.begin(), rules.end(),
                   [](const CallRule& a, const CallRule& b) { return a.number < b.number; });
  Filter filter(listening);
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

}  // namespace

void apply_seccomp(const Request& request) {
  const std::vector<CallRule> rules = call_rules(request, landlock_abi());
  int listener = install(rules, Listening::yes);
  if (listener > 0) {
    hand_to_guardian(listener);
    ::close(listener);
    return;
  }
  // Another filter of this process may have the one listener that there can be (EBUSY).
  std::vector<CallRule> unwatched = rules;
  unwatched.erase(std::remove_if(unwatched.begin(), unwatched.end(),
                                 [](const CallRule& rule) { return is_looked_at(rule.handling); }),
                  unwatched.end());
  if (install(unwatched, Listening::no) != 0) setup_failed("seccomp");
}

}  // namespace leanlab::helper

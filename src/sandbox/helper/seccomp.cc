// The filter is written by hand, one short block a call, so that what runs in the kernel can be read here.
#include "seccomp.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

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

using Code = std::vector<sock_filter>;

void load(Code& code, std::size_t offset) {
  code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
}
void answer(Code& code, std::uint32_t value) {
  code.push_back(BPF_STMT(BPF_RET | BPF_K, value));
}
void jump(Code& code, unsigned test, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
  code.push_back(sock_filter{static_cast<std::uint16_t>(BPF_JMP | BPF_K | test), if_true, if_false, value});
}

std::uint32_t answer_of(const CallRule& rule, Listening listening) {
  return comes_to_guardian(rule) && listening == Listening::yes
             ? SECCOMP_RET_USER_NOTIF
             : SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(rule.error);
}

// The rules of one call, of which the first that applies decides.
Code call(const CallRule* first, const CallRule* end, Listening listening) {
  Code code;
  const CallRule* loaded = nullptr;
  for (const CallRule* rule = first; rule != end; ++rule) {
    const Condition& condition = rule->condition;
    if (condition.kind == Condition::Kind::always) {
      answer(code, answer_of(*rule, listening));
      return code;
    }
    // The low half of the argument, on little-endian machines.
    if (loaded == nullptr || loaded->condition.argument != condition.argument)
      load(code, offsetof(seccomp_data, args) + 8 * condition.argument);
    loaded = rule;
    const bool masks = condition.kind == Condition::Kind::equal_in;
    if (masks) {
      code.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, condition.mask));
      loaded = nullptr;
    }
    const bool applies_if_met =
        masks || condition.kind == Condition::Kind::equal || condition.kind == Condition::Kind::any_bit;
    const bool tests_bits =
        condition.kind == Condition::Kind::any_bit || condition.kind == Condition::Kind::no_bit;
    jump(code, tests_bits ? BPF_JSET : BPF_JEQ, condition.value, applies_if_met ? 0 : 1,
         applies_if_met ? 1 : 0);
    answer(code, answer_of(*rule, listening));
  }
  answer(code, SECCOMP_RET_ALLOW);
  return code;
}

/// Call numbers from `first` up to the next section's are answered alike.
struct Section {
  std::uint32_t first;
  Code code;
};

bool is_same(const Code& a, const Code& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(sock_filter)) == 0;
}

std::vector<Section> sections_of(std::vector<CallRule> rules, Listening listening) {
  std::stable_sort(rules.begin(), rules.end(),
                   [](const CallRule& a, const CallRule& b) { return a.number < b.number; });
  Code allowed, unknown;
  answer(allowed, SECCOMP_RET_ALLOW);
  answer(unknown, SECCOMP_RET_ERRNO | ENOSYS);
  std::vector<Section> sections;
  std::uint32_t next = 0;
  const auto add = [&](std::uint32_t first, Code code) {
    if (sections.empty() || !is_same(sections.back().code, code))
      sections.push_back({first, std::move(code)});
  };
  const CallRule* const end = rules.data() + rules.size();
  for (const CallRule* rule = rules.data(); rule != end;) {
    const CallRule* const others =
        std::find_if(rule, end, [&](const CallRule& other) { return other.number != rule->number; });
    const auto number = static_cast<std::uint32_t>(rule->number);
    if (number > next || sections.empty()) add(next, allowed);
    add(number, call(rule, others, listening));
    next = number + 1;
    rule = others;
  }
  if (next <= k_newest_call) add(next, allowed);
  add(k_newest_call + 1, unknown);
  return sections;
}

// The kernel tries a filter with each number there is when it is installed, and with each call that it does not always allow: so
// the section is searched for by halves. (It does so for the few instructions only that are used here.)
void search(Code& code, const Section* first, const Section* end) {
  if (end - first == 1)
    return static_cast<void>(code.insert(code.end(), first->code.begin(), first->code.end()));
  const Section* const middle = first + (end - first) / 2;
  const std::size_t at = code.size();
  jump(code, BPF_JGE, middle->first, 0, 1);
  code.push_back(BPF_STMT(BPF_JMP | BPF_JA, 0));
  search(code, first, middle);
  const std::size_t over = code.size() - at - 2;
  if (over < 255) {  // a conditional jump reaches 255 instructions
    code[at].jt = static_cast<std::uint8_t>(over);
    code[at].jf = 0;
    code.erase(code.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  } else {
    code[at + 1].k = static_cast<std::uint32_t>(over);
  }
  search(code, middle, end);
}

// Returns the listener, 0 if none was asked for, or -1 with errno.
int install(const std::vector<CallRule>& rules, Listening listening) {
  Code code;
  load(code, offsetof(seccomp_data, arch));
  jump(code, BPF_JEQ, k_architecture, 1, 0);
  answer(code, SECCOMP_RET_KILL_PROCESS);
  load(code, offsetof(seccomp_data, nr));
  jump(code, BPF_JGE, k_x32_bit, 0, 1);
  answer(code, SECCOMP_RET_KILL_PROCESS);
  const std::vector<Section> sections = sections_of(rules, listening);
  search(code, sections.data(), sections.data() + sections.size());
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  const auto set = [&](unsigned flags) {
    return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
  };
  if (listening == Listening::no) return set(0);
  // A call that the guardian looks at is not cut short by a signal for which the kernel would not have cut it short (Linux 5.19).
  const int listener = set(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
  return listener < 0 && errno == EINVAL ? set(SECCOMP_FILTER_FLAG_NEW_LISTENER) : listener;
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

// Tries every call that the filter answers, and prints one line each: name, what it should give, what it gave.
// Run in a sandbox by denied_calls_test. Arguments: tier, "fork" or "nofork", "network" or "none".
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/helper/landlock.h"
#include "sandbox/helper/seccomp_rules.h"

using namespace leanlab::helper;

namespace {

long argument_that_meets(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::equal:
    case Condition::Kind::equal_in:
    case Condition::Kind::any_bit:
      return static_cast<long>(condition.value);
    case Condition::Kind::not_equal:
      return static_cast<long>(condition.value) + 1;
    case Condition::Kind::no_bit:
    case Condition::Kind::always:
      return 0;
  }
  return 0;
}

int error_of(const CallRule& rule) {
  long arguments[3] = {0, 0, 0};
  arguments[rule.condition.argument] = argument_that_meets(rule.condition);
  // A value above 32 bits must not slip past a comparison of 32.
  if (rule.condition.kind == Condition::Kind::equal_in)
    arguments[rule.condition.argument] |= static_cast<long>(~rule.condition.mask & 0x2AU);
  if (rule.condition.kind == Condition::Kind::equal) arguments[rule.condition.argument] |= 1L << 40;
  const pid_t self = getpid();
  const long result = syscall(rule.number, arguments[0], arguments[1], arguments[2], 0, 0, 0);
  const int error = result < 0 ? errno : 0;
  if (getpid() != self) _exit(0);  // a fork that should not have been
  return error;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Request request;
  request.tier = argv[1][0] == 'A' ? Tier::A : Tier::B;
  request.fork = std::strcmp(argv[2], "fork") == 0;
  request.network = std::strcmp(argv[3], "network") == 0;
  for (const CallRule& rule : call_rules(request, landlock_abi())) {
    if (rule.handling == Handling::change_mode || rule.handling == Handling::serve_signal ||
        is_looked_at(rule.handling))
      continue;  // the guardian or the kernel does it
    std::printf("%s %d %d\n", rule.name, rule.error, error_of(rule));
  }
  const long newest = syscall(k_newest_call + 1, 0, 0, 0);
  std::printf("beyond_the_newest %d %d\n", ENOSYS, newest < 0 ? errno : 0);
  return 0;
}

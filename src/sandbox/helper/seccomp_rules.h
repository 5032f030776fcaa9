// Which system calls are answered by the filter instead of the kernel, by role and tier: data only.
#pragma once

#include <cstdint>
#include <vector>

#include "request.h"

namespace leanlab::helper {

/// When a rule applies, by one argument. Only the low 32 bits count: all arguments tested here are int or
/// unsigned int to the kernel, and what a program puts above them the kernel does not see either.
struct Condition {
  enum class Kind { always, equal, not_equal, any_bit, no_bit, equal_in } kind = Kind::always;
  unsigned argument = 0;
  std::uint32_t value = 0;
  std::uint32_t mask = ~0U;  ///< equal_in: only these bits of the argument are compared
};

/// What the guardian does with a call that comes to it.
enum class Handling {
  deny,          ///< it is answered with the rule's error
  change_mode,   ///< the guardian does it where the command may write (change_mode.h)
  own_process,   ///< goes on when its first argument is the caller's own process, and is denied else
  serve_signal,  ///< the guardian sends it to what the command started; a signal to others is denied and told
  own_thread,    ///< denied; told unless its first argument is a thread of the caller's own process
  signal,        ///< goes on; told when its first argument names nobody of the command's own processes
  shared,        ///< goes on when the mapping fits into the run's memory (shared_mappings.h)
  pretend,       ///< a file call: answered as done without being done; a try at a watched file is told
  connection,    ///< goes on unless it leads to nobody (connections.h)
  file,          ///< goes on; a try at a watched file is told, and in tier B shared memory is made private
};

struct CallRule {
  int number = 0;
  const char* name = nullptr;
  int error = 0;         ///< errno of the answer; 0: pretend that it was done
  bool counted = false;  ///< a try is evidence: it is told to the guardian
  Condition condition = {};
  Handling handling = Handling::deny;
};

/// Whether the call is the kernel's to do after the guardian has looked at it: nobody can look where nobody listens.
constexpr bool is_looked_at(Handling handling) {
  return handling == Handling::connection || handling == Handling::file || handling == Handling::signal ||
         handling == Handling::shared;
}

/// Whether a call that the rule is for is stopped until the guardian has answered it.
constexpr bool comes_to_guardian(const CallRule& rule) {
  return rule.counted || rule.handling != Handling::deny;
}

/// The rules for this request, in the order of testing. `landlock` is the kernel's ABI: what it does not cover is denied here.
std::vector<CallRule> call_rules(const Request& request, int landlock);

/// Numbers above the newest call that this build knows are answered ENOSYS, so that what a new kernel adds is closed.
constexpr int k_newest_call = 450;

}  // namespace leanlab::helper

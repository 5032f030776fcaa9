// Contain: starts the command in its sandbox; one function per tier, each an ordered list of steps.
#pragma once

#include <sys/types.h>

#include "namespaces.h"
#include "request.h"

namespace leanlab::helper {

/// The guardian's view of what it started. `pid` is the command itself in tiers B and C, the init of the command's
/// pid namespace in tier A.
struct Contained {
  pid_t pid = -1;
  int pidfd = -1;
  int setup = -1;               ///< our end of the set-up channel
  int ended = -1;               ///< tier A: where the init reports how the command ended
  const char* failed = "fork";  ///< the step that failed, when pid is -1
};

/// Forks the contained process. On failure pid is -1 and errno tells why. `namespaces` are for tier A, see start_world().
Contained contain(const Request& request, const Namespaces& namespaces);

}  // namespace leanlab::helper

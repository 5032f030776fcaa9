// World: the namespaces of tier A, and the init that is the first process in them.
#pragma once

#include <cstdint>

#include <sys/types.h>

#include "namespaces.h"
#include "request.h"

namespace leanlab::helper {

/// What the init tells the guardian when the command has ended by itself.
struct InitReport {
  int wait_status = 0;
  std::uint32_t leftovers = 0;
};

/// Forks the init of a new world: mounts, processes and names of its own, and the users and the network of `namespaces`; what is
/// missing there is made. It is in the group `cgroup` (a descriptor of its folder; -1: in ours). It builds the view, starts the
/// command, ends whatever the command leaves, writes an InitReport to `ended`, and ends. Its own end, or the guardian's, ends everything in its world. Returns its pid, or -1 with errno.
pid_t start_world(const Request& request, Namespaces namespaces, int cgroup, int ended);

}  // namespace leanlab::helper

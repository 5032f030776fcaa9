// Probing the backends in the order of their table.
#include "agent/ready.h"

#include "agent/agent.h"

namespace leanlab::agent {

std::string ready_agent() {
  for (const Backend& backend : backends()) {
    const Probe probe = backend.probe();
    if (probe.found && probe.logged_in == true) return backend.name;
  }
  return {};
}

}  // namespace leanlab::agent

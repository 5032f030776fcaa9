// Makers of the backends, one for each file of this folder; only backends.cc and tests include this.
#pragma once

#include <memory>

#include "agent/agent.h"

namespace leanlab::agent {

[[nodiscard]] Result<std::unique_ptr<Agent>> make_tuner(const BackendOptions& options);
[[nodiscard]] Result<std::unique_ptr<Agent>> make_command(const BackendOptions& options);
[[nodiscard]] Result<std::unique_ptr<Agent>> make_claude(const BackendOptions& options);
[[nodiscard]] Probe probe_claude();

}  // namespace leanlab::agent

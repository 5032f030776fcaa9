// Limits: what the kernel limits by itself per process (setrlimit); the guardian watches the sums over the tree.
#pragma once

#include "request.h"

namespace leanlab::helper {

/// Sets this process's resource limits for good (soft and hard).
void apply_limits(const Request& request);

}  // namespace leanlab::helper

// Shared memory: /dev/shm for a tier B command, which has no mount of its own there. POSIX semaphores and shared memory (Python's
// multiprocessing needs both) open, link and unlink names in that folder; the guardian does it in the private folder instead.
#pragma once

#include <optional>

#include "file_call.h"
#include "request.h"

namespace leanlab::helper {

/// Does the call in `<tmp>/.shm` with the command's own rights. None when it does not name a thing in /dev/shm: the kernel decides.
std::optional<Served> serve_shared_memory(const Request& request, const FileCall& call);

}  // namespace leanlab::helper

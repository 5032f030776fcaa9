// Own process: what a tier B command asks of /proc about itself. Landlock's rule is for the folder of the first process; each that it
// starts has another one, and some libraries need it (joblib lists the descriptors of its workers).
#pragma once

#include <optional>

#include "file_call.h"

namespace leanlab::helper {

/// Opens, for reading, a plain fact of the caller's own (`/proc/self/fd`, `status`, `maps`, …). None: the kernel decides.
std::optional<Served> serve_own_process(const FileCall& call);

}  // namespace leanlab::helper

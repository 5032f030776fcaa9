// Landlock: which files the command may reach, and whom it may signal.
#pragma once

#include "request.h"

namespace leanlab::helper {

/// The kernel's Landlock version, 0 if it has none.
int landlock_abi();

/// Restricts this process for good. In tier A everything that the view shows is readable; in tier B only the
/// listed paths are. Later calls that mount or pivot fail, so it comes after them. A kernel without Landlock
/// is fine in tier A, where it is the second layer, and an error in tier B.
void apply_landlock(const Request& request);

}  // namespace leanlab::helper

// Sealing: locking a lab, as `lock` and the demonstration do it.
#pragma once

#include "base/result.h"
#include "cli/context.h"
#include "cli/labs.h"
#include "lab/seal.h"

namespace leanlab::cli {

/// Seals the evaluator and records it in the book; finishes a lock that was cut off. A lab that is locked and unchanged
/// keeps its seal. Errors: lab_busy, misconfigured, integrity, io, no_space.
[[nodiscard]] Result<lab::Seal> seal_lab(Context& context, const OpenLab& open);

}  // namespace leanlab::cli

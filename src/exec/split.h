// Split: one evaluation as two sandboxed processes, the judge and the candidate's worker, joined by two pipes.
#pragma once

#include "base/interrupt.h"
#include "base/result.h"
#include "exec/executor.h"

namespace leanlab::exec {

/// Runs `job`, whose `candidate` must be set, until the judge has ended; then the candidate is ended too. The
/// judge's outcome is the report's own. Blocks; starts two threads of its own. Errors: those of sandbox::run, for
/// either of the two.
[[nodiscard]] Result<JobReport> run_split(const Job& job, const Interrupt& interrupt);

}  // namespace leanlab::exec

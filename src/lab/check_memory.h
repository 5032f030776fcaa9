// What the preflight remembers, so that a run does not evaluate the sample each time: a lab's commands passed their trials
// under this seal, with this sample, on this machine.
#pragma once

#include "lab/check_run.h"

namespace leanlab::lab {

/// Whether the trials of evaluator and validator passed within the last day as everything now is.
[[nodiscard]] bool passed_before(const CheckRun& run);
/// They have just passed.
void remember_passed(const CheckRun& run);

}  // namespace leanlab::lab

// Guardian: watches the contained command until it ends or must be ended, then ends everything that it left.
#pragma once

#include "contain.h"
#include "report.h"
#include "request.h"

namespace leanlab::helper {

/// Returns when nothing of the command is alive. `error` is set instead of a meaningful report if the command
/// never started (its `step` is then not empty).
/// Ends the command when its limits say so, when `control` closes (the supervisor died) or brings a byte (it asks).
Report guard(const Request& request, const Contained& contained, int control, SetupError& error);

}  // namespace leanlab::helper

// Background: `run --detach`, the same command without its terminal.
#pragma once

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/labs.h"

namespace leanlab::cli {

/// Starts the run in a session of its own, waits until it holds the lab, and tells how to follow and end it. Errors: those of
/// the run, when it ended before it held the lab; io.
[[nodiscard]] Result<int> run_in_background(Context& context, const OpenLab& open,
                                            const Arguments& arguments);

}  // namespace leanlab::cli

// Run: one command from its request to its report.
#pragma once

#include "namespaces.h"

namespace leanlab::helper {

/// Reads the request from `control`, contains and guards the command, and writes the report. In tier A without a network the world
/// takes `namespaces` where they are given. Returns 0 when nothing of the command is left, else another exit status.
int run(int control, const Namespaces& namespaces);

}  // namespace leanlab::helper

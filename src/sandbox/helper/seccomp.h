// Seccomp: the filter that answers the calls of call_rules(), or stops them for the guardian (stopped_calls.h).
#pragma once

#include "request.h"

namespace leanlab::helper {

/// Installs the filter for good; needs no_new_privs. Calls that come to the guardian go to a listener, which is handed to
/// it through the set-up channel; where none can be had, they are denied uncounted, and those that it would only look at are not stopped.
void apply_seccomp(const Request& request);

}  // namespace leanlab::helper

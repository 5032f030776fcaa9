// Command: the last steps of the contained process, from a forked helper to the exec of what was asked for.
#pragma once

#include "request.h"

namespace leanlab::helper {

/// Puts the request's descriptors in their places and closes all others except the set-up channel.
void place_descriptors(const Request& request);

/// A session of its own, default signals, umask, cores, resource limits.
void prepare_process(const Request& request);

/// Takes away what tiers A and B do not grant: capabilities, files, system calls. For good, and last before execute().
void confine(const Request& request);

/// Executes the command; looks argv[0] up on the PATH of the request's environment. Does not return.
[[noreturn]] void execute(const Request& request);

}  // namespace leanlab::helper

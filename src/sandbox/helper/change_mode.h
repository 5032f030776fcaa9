// Change mode: chmod(2) on behalf of a tier B command, where it may write. Landlock cannot confine chmod, so the filter
// takes it away; but compilers make what they build executable, so the guardian does it for them.
#pragma once

#include <cstdint>

#include <sys/types.h>

#include "request.h"

namespace leanlab::helper {

/// What the call asked for: `folder` is a descriptor of the caller or AT_FDCWD; `path` an address in its memory, or 0 for
/// the descriptor itself.
struct ModeChange {
  pid_t caller = -1;
  int folder = -1;
  std::uint64_t path = 0;
  unsigned mode = 0;
};

/// Does it if the file lies below a folder that the request makes writable, belongs to the command and is reached
/// without links; else nothing. Whatever the caller does meanwhile, no other file is touched.
void change_mode(const Request& request, const ModeChange& change);

}  // namespace leanlab::helper

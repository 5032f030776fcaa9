// Beneath: opening files for others inside one folder and nowhere else, whatever links they make there meanwhile.
#pragma once

#include <filesystem>

#include <sys/types.h>

#include "base/fd.h"
#include "base/result.h"

namespace leanlab {

/// Opens `path` below `folder` (openat2: neither a link nor ".." leads out, nor is any link followed). The file is close-on-exec.
/// Errors: io (also for a path that leads out, and where the kernel has no openat2).
[[nodiscard]] Result<Fd> open_beneath(const std::filesystem::path& folder, const std::filesystem::path& path,
                                      int flags, mode_t mode = 0644);

}  // namespace leanlab

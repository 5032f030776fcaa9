// Caller: what a stopped call of the command names, read from its memory and its /proc. It may change as soon as it was read: it
// is evidence, or is opened anew by whoever acts on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/types.h>

namespace leanlab::helper {

/// Whether all `size` bytes at `address` could be read.
bool read_memory(pid_t caller, std::uint64_t address, void* bytes, std::size_t size);

/// The text at `address` up to its NUL; empty when it cannot be read or is longer than any path.
std::string text_of_caller(pid_t caller, std::uint64_t address);

/// The absolute path that `path` (an address; 0: the folder itself) names below `folder` (a descriptor of the caller's, or
/// AT_FDCWD), without ".", ".." and doubled slashes, links not followed. Empty when it cannot be told.
std::string path_of_caller(pid_t caller, int folder, std::uint64_t path);

/// Where `path`, absolute and plain, leads in the end: through the caller's own links in /proc (`self/root`, `self/cwd`, `self/fd/7`) and
/// through links in `tmp`, the one place where it can make any. With `Last::stays` a link at the very end is not followed.
enum class Last { followed, stays };
std::string destination(pid_t caller, std::string path, const std::string& tmp, Last last);

/// Whether `path` is `place` or lies in it.
bool is_at_or_below(const std::string& path, const std::string& place);

}  // namespace leanlab::helper

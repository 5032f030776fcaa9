// openat2 has no wrapper in glibc 2.36.
#include "base/beneath.h"

#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace leanlab {

Result<Fd> open_beneath(const std::filesystem::path& folder, const std::filesystem::path& path, int flags,
                        mode_t mode) {
  TRY_ASSIGN(const Fd root, open_file(folder, O_PATH | O_DIRECTORY));
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how);
  if (fd < 0) return fail(errno_error(errno, fmt::format("cannot open {}", (folder / path).string())));
  return Fd(static_cast<int>(fd));
}

}  // namespace leanlab

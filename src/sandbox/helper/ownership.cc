// By descriptors only: another turn may move things about below a folder that both may change.
#include "ownership.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity.h"

namespace leanlab::helper {
namespace {

constexpr int k_deepest_given = 100;

void give_entry(int parent, const char* name, int depth) {
  const int fd = ::openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return;
  struct stat status{};
  const bool known = ::fstat(fd, &status) == 0;
  const bool is_folder = known && S_ISDIR(status.st_mode);
  const bool is_plain = is_folder || (known && S_ISREG(status.st_mode) && status.st_nlink == 1);
  if (is_plain && status.st_uid == 0)
    static_cast<void>(!::fchownat(fd, "", k_nobody, k_nobody, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW));
  if (is_folder && depth < k_deepest_given) {
    const int folder = ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* entries = folder < 0 ? nullptr : ::fdopendir(folder);
    while (const dirent* entry = entries == nullptr ? nullptr : ::readdir(entries)) {
      const std::string child = entry->d_name;
      if (child != "." && child != "..") give_entry(::dirfd(entries), child.c_str(), depth + 1);
    }
    if (entries != nullptr) ::closedir(entries);
  }
  ::close(fd);
}

}  // namespace

void give_to_nobody(const std::string& path) {
  give_entry(AT_FDCWD, path.c_str(), 0);
}

}  // namespace leanlab::helper

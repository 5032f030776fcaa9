// Relative to descriptors all the way, so that a folder that is swapped for a link meanwhile leads nowhere.
#include "disk_use.h"

#include <cstdio>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process_tree.h"

namespace leanlab::helper {
namespace {

constexpr int k_deepest_counted =
    64;  // descriptors held at once; nobody honest needs more, so a deeper tree is over any limit
constexpr std::uint64_t k_block = 512;

class Count {
 public:
  Count(std::uint64_t most_bytes, std::uint64_t most_files)
      : most_bytes_(most_bytes), most_files_(most_files) {}

  void folder(int parent, const char* name, int depth) {
    const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR* dir = fd < 0 ? nullptr : ::fdopendir(fd);
    if (dir == nullptr) {
      if (fd >= 0) ::close(fd);
      return;
    }
    while (const dirent* entry = ::readdir(dir)) {
      const std::string_view one = entry->d_name;
      if (one == "." || one == "..") continue;
      struct stat status{};
      if (::fstatat(::dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      add(status);
      if (S_ISDIR(status.st_mode) && depth >= k_deepest_counted) use_.files = ~std::uint64_t{0};
      if (is_enough()) break;
      if (S_ISDIR(status.st_mode) && depth < k_deepest_counted)
        folder(::dirfd(dir), entry->d_name, depth + 1);
      if (is_enough()) break;
    }
    ::closedir(dir);
  }

  // A file without a name takes its room until the last descriptor of it is closed.
  void nameless_files_of(pid_t pid) {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR* dir = ::opendir(path);
    if (dir == nullptr) return;
    while (const dirent* entry = ::readdir(dir)) {
      struct stat status{};
      if (::fstatat(::dirfd(dir), entry->d_name, &status, 0) == 0 && S_ISREG(status.st_mode) &&
          status.st_nlink == 0)
        add(status);
    }
    ::closedir(dir);
  }

  [[nodiscard]] const DiskUse& use() const { return use_; }

 private:
  void add(const struct stat& status) {
    use_.bytes += static_cast<std::uint64_t>(status.st_blocks) * k_block;
    ++use_.files;
  }
  [[nodiscard]] bool is_enough() const {
    return (most_bytes_ != 0 && use_.bytes > most_bytes_) || (most_files_ != 0 && use_.files > most_files_);
  }

  std::uint64_t most_bytes_, most_files_;
  DiskUse use_;
};

}  // namespace

DiskUse measure_disk(const std::string& folder, std::uint64_t most_bytes, std::uint64_t most_files) {
  Count count(most_bytes, most_files);
  count.folder(AT_FDCWD, folder.c_str(), 0);
  for (const pid_t pid : descendants()) count.nameless_files_of(pid);
  return count.use();
}

}  // namespace leanlab::helper

// Files and folders: whole reads, atomic writes, trees. Paths are UTF-8 and may hold spaces.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace leanlab {

namespace fs = std::filesystem;

enum class Durability { fast, fsynced };

/// The whole file. Errors: io (missing, a folder), misconfigured when larger than `limit_bytes`.
[[nodiscard]] Result<std::string> read_file(const fs::path& path, std::size_t limit_bytes = 256u << 20);
/// Replaces `path` as a whole: temporary file beside it, then rename. With `fsynced` file and folder are
/// flushed.
[[nodiscard]] Status write_file(const fs::path& path, std::string_view data,
                                Durability durability = Durability::fast, unsigned mode = 0644);
/// mkdir -p. Errors: io, no_space.
[[nodiscard]] Status make_directories(const fs::path& path);
/// Removes a file or a tree without following links, making read-only folders writable first. A missing path
/// is fine.
[[nodiscard]] Status remove_tree(const fs::path& path);
/// Copies a tree: regular files and folders with their modes; links are copied as links; devices and sockets
/// are an error.
[[nodiscard]] Status copy_tree(const fs::path& from, const fs::path& to);
/// A new folder `<parent>/<prefix>` with six random characters behind it, mode 0700.
[[nodiscard]] Result<fs::path> make_temp_directory(const fs::path& parent, std::string_view prefix);
/// Flushes a folder's entries to disk.
[[nodiscard]] Status sync_directory(const fs::path& path);
/// Names of the entries, sorted, without "." and "..". A missing folder is an error.
[[nodiscard]] Result<std::vector<std::string>> list_directory(const fs::path& path);
/// Bytes free for us on the disk that holds `path` (the nearest existing parent).
[[nodiscard]] Result<std::uint64_t> free_bytes(const fs::path& path);
/// The file of the running binary, links resolved.
[[nodiscard]] fs::path executable_path();

/// How the names of our temporary folders begin.
inline constexpr std::string_view k_temp_prefix = "leanlab-tmp-";

/// A temporary folder that is removed when the object goes. It is locked (flock(2)) as long, so that what a dead process
/// left is told from what is in use.
class TempDirectory {
 public:
  [[nodiscard]] static Result<TempDirectory> make(const fs::path& parent = fs::temp_directory_path(),
                                                  std::string_view prefix = k_temp_prefix);
  explicit TempDirectory(fs::path path) : path_(std::move(path)) {}
  TempDirectory(TempDirectory&& other) noexcept
      : path_(std::move(other.path_)), lock_(std::move(other.lock_)) {
    other.path_.clear();
  }
  TempDirectory& operator=(TempDirectory&&) = delete;
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory();
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  Fd lock_;
};
/// Removes the folders of ours in `parent` whose process was killed before it could: nobody holds their locks. Returns how many.
std::size_t clear_abandoned_temp_directories(const fs::path& parent = fs::temp_directory_path());

/// An exclusive flock(2) on a file, which the kernel drops when the process dies.
class FileLock {
 public:
  FileLock(FileLock&&) noexcept;
  FileLock& operator=(FileLock&&) noexcept;
  ~FileLock();
  /// Takes the lock, waiting for it.
  [[nodiscard]] static Result<FileLock> take(const fs::path& path);
  /// Takes it or fails at once with `lab_busy`; the error's context holds what the holder wrote into the
  /// file.
  [[nodiscard]] static Result<FileLock> try_take(const fs::path& path);
  /// Replaces the file's text, so that others can read who holds it.
  [[nodiscard]] Status describe(std::string_view text) const;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace leanlab

// Files, folders, trees and locks.
#include "base/fs.h"

#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/random.h"

namespace leanlab {

Result<std::string> read_file(const fs::path& path, std::size_t limit_bytes) {
  TRY_ASSIGN(Fd fd, open_file(path, O_RDONLY));
  return read_all(fd.get(), limit_bytes).map_error([&](Error error) {
    error.message = path.string() + ": " + error.message;
    return error;
  });
}

Status write_file(const fs::path& path, std::string_view data, Durability durability, unsigned mode) {
  // The temporary name holds pid and address, so that two writers never share it.
  fs::path temporary = path;
  temporary += fmt::format(".tmp-{}-{:x}", ::getpid(), reinterpret_cast<std::uintptr_t>(&temporary));
  auto written = [&]() -> Status {
    TRY_ASSIGN(Fd fd, open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode));
    TRY(write_all(fd.get(), data), "writing {}", path.string());
    if (durability == Durability::fsynced && ::fsync(fd.get()) != 0) {
      return fail(errno_error(errno, fmt::format("cannot flush {}", path.string())));
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      return fail(errno_error(errno, fmt::format("cannot replace {}", path.string())));
    }
    return {};
  }();
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (durability == Durability::fsynced)
    return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
  return {};
}

Status make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(errno_error(error.value(), fmt::format("cannot make the folder {}", path.string())));
  return {};
}

namespace {

// Where folders that lie deep are moved to, so that a tree of any depth takes few descriptors and little stack.
struct Hoist {
  int top = -1;
  bool moved = false;
};
constexpr int k_deepest = 48;

Status hoist(int parent, const std::string& name, Hoist& to, const fs::path& shown) {
  ::fchmodat(parent, name.c_str(), 0700, 0);  // a folder is moved only by who may write to it
  to.moved = true;
  if (::renameat(parent, name.c_str(), to.top, fmt::format(".removed-{:x}", entropy_seed()).c_str()) == 0)
    return {};
  return fail(errno_error(errno, fmt::format("cannot remove {}", shown.string())));
}

Result<Fd> open_to_remove(int parent, const std::string& name, const fs::path& shown, int failed) {
  constexpr int k_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  Fd folder(::openat(parent, name.c_str(), k_flags));
  if (!folder) {
    // A folder without read permission: open it up through its parent and try once more.
    if (errno != EACCES || ::fchmodat(parent, name.c_str(), 0700, 0) != 0)
      return fail(errno_error(failed, fmt::format("cannot remove {}", shown.string())));
    folder = Fd(::openat(parent, name.c_str(), k_flags));
    if (!folder) return fail(errno_error(errno, fmt::format("cannot remove {}", shown.string())));
  }
  ::fchmod(folder.get(), 0700);
  return folder;
}

Result<std::vector<std::string>> names_in(int folder, const fs::path& shown) {
  const int listing = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = listing < 0 ? nullptr : ::fdopendir(listing);
  if (stream == nullptr) return fail(errno_error(errno, fmt::format("cannot list {}", shown.string())));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string child = entry->d_name;
    if (child != "." && child != "..") names.push_back(child);
  }
  ::closedir(stream);
  return names;
}

// Works on descriptors, so that a link put in the way meanwhile is never followed.
Status remove_entry(int parent, const std::string& name, const fs::path& shown, Hoist* to, int depth) {
  if (::unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM && errno != EACCES) {
    return fail(errno_error(errno, fmt::format("cannot remove {}", shown.string())));
  }
  const int failed = errno;
  if (depth >= k_deepest) return hoist(parent, name, *to, shown);
  TRY_ASSIGN(const Fd folder, open_to_remove(parent, name, shown, failed));
  if (depth == 0) to->top = folder.get();
  do {
    to->moved = to->moved && depth > 0;
    TRY_ASSIGN(const std::vector<std::string> names, names_in(folder.get(), shown));
    for (const std::string& child : names)
      TRY(remove_entry(folder.get(), child, shown / child, to, depth + 1));
  } while (depth == 0 && to->moved);
  if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
    return fail(errno_error(errno, fmt::format("cannot remove {}", shown.string())));
  }
  return {};
}

}  // namespace

Status remove_tree(const fs::path& path) {
  const fs::path clean = path.lexically_normal().has_filename() ? path.lexically_normal()
                                                                : path.lexically_normal().parent_path();
  const fs::path parent = clean.has_parent_path() ? clean.parent_path() : fs::path(".");
  Fd folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    if (errno == ENOENT) return {};
    return fail(errno_error(errno, fmt::format("cannot open {}", parent.string())));
  }
  Hoist to;
  return remove_entry(folder.get(), clean.filename().string(), clean, &to, 0);
}

Status copy_tree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(from, error);
  if (error) return fail(errno_error(error.value(), fmt::format("cannot read {}", from.string())));
  switch (status.type()) {
    case fs::file_type::regular:
      fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
      break;
    case fs::file_type::symlink:
      fs::copy_symlink(from, to, error);
      break;
    case fs::file_type::directory: {
      TRY(make_directories(to));
      TRY_ASSIGN(const auto names, list_directory(from));
      for (const std::string& name : names) TRY(copy_tree(from / name, to / name));
      break;
    }
    default:
      return fail(ErrorCode::misconfigured, "{} is neither a file nor a folder", from.string());
  }
  if (error)
    return fail(errno_error(error.value(), fmt::format("cannot copy {} to {}", from.string(), to.string())));
  return {};
}

Result<fs::path> make_temp_directory(const fs::path& parent, std::string_view prefix) {
  std::string pattern = (parent / prefix).string() + std::string(6, 'X');  // mkdtemp(3) fills them
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(errno_error(errno, fmt::format("cannot make a temporary folder in {}", parent.string())));
  }
  return fs::path(pattern);
}

Status sync_directory(const fs::path& path) {
  TRY_ASSIGN(Fd fd, open_file(path, O_RDONLY | O_DIRECTORY));
  // Some file systems cannot flush folders (EINVAL); they order metadata themselves.
  if (::fsync(fd.get()) != 0 && errno != EINVAL)
    return fail(errno_error(errno, fmt::format("cannot flush {}", path.string())));
  return {};
}

Result<std::vector<std::string>> list_directory(const fs::path& path) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return fail(errno_error(error.value(), fmt::format("cannot list {}", path.string())));
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::uint64_t> free_bytes(const fs::path& path) {
  fs::path place = fs::absolute(path);
  while (!fs::exists(place) && place.has_parent_path() && place != place.parent_path())
    place = place.parent_path();
  struct statvfs disk{};
  if (::statvfs(place.c_str(), &disk) != 0)
    return fail(errno_error(errno, fmt::format("cannot ask for the free space of {}", place.string())));
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

fs::path executable_path() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

Result<TempDirectory> TempDirectory::make(const fs::path& parent, std::string_view prefix) {
  while (true) {
    TRY_ASSIGN(fs::path path, make_temp_directory(parent, prefix));
    TempDirectory made(std::move(path));
    made.lock_ = Fd(::open(made.path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Somebody who clears up may have been quicker; a disk that knows no locks is never cleared.
    const bool lost =
        !made.lock_ || (::flock(made.lock_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK);
    if (!lost && fs::exists(made.path_)) return made;
  }
}

std::size_t clear_abandoned_temp_directories(const fs::path& parent) {
  constexpr uid_t k_nobody = 65534;  // whom root's commands run as
  std::size_t cleared = 0;
  const auto names = list_directory(parent);
  if (!names) return cleared;
  for (const std::string& name : *names) {
    if (!name.starts_with(k_temp_prefix)) continue;
    const Fd folder(::open((parent / name).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat info{};
    if (!folder || ::fstat(folder.get(), &info) != 0) continue;
    const bool ours = info.st_uid == ::geteuid() || (::geteuid() == 0 && info.st_uid == k_nobody);
    if (!ours || ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) continue;
    if (remove_tree(parent / name)) ++cleared;
  }
  return cleared;
}

TempDirectory::~TempDirectory() {
  // Nothing can be done about a failure here; what is left lies in a temporary folder.
  if (!path_.empty()) static_cast<void>(remove_tree(path_));
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

namespace {
Result<Fd> lock_file(const fs::path& path, int operation) {
  TRY_ASSIGN(Fd fd, open_file(path, O_RDWR | O_CREAT, 0644));
  while (::flock(fd.get(), operation) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) {
      Error error(ErrorCode::lab_busy, fmt::format("{} is held by another process", path.string()));
      if (auto text = read_at(fd.get(), 0, 4096); text && !text->empty()) error.context.push_back(*text);
      return fail(std::move(error));
    }
    return fail(errno_error(errno, fmt::format("cannot lock {}", path.string())));
  }
  return fd;
}
}  // namespace

Result<FileLock> FileLock::take(const fs::path& path) {
  TRY_ASSIGN(Fd fd, lock_file(path, LOCK_EX));
  return FileLock(fd.release());
}

Result<FileLock> FileLock::try_take(const fs::path& path) {
  TRY_ASSIGN(Fd fd, lock_file(path, LOCK_EX | LOCK_NB));
  return FileLock(fd.release());
}

Status FileLock::describe(std::string_view text) const {
  if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0)
    return fail(errno_error(errno, "cannot write the lock"));
  return write_all(fd_, text);
}

}  // namespace leanlab

// The private folder is the command's, so nothing in it can be trusted: its place is opened without links, and only regular files
// are handed out (a named pipe would stop us).
#include "shared_memory.h"

#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace leanlab::helper {
namespace {

constexpr char k_folder[] = "/dev/shm/";
constexpr char k_place[] = ".shm";  // in the private folder, as in tier A

/// What root does here it does as whoever the private folder belongs to: the command.
class AsCommand {
 public:
  explicit AsCommand(int tmp) {
    struct stat status{};
    if (::fstat(tmp, &status) != 0) return;
    gid_ = static_cast<gid_t>(::setfsgid(status.st_gid));
    uid_ = static_cast<uid_t>(::setfsuid(status.st_uid));
  }
  ~AsCommand() {
    ::setfsuid(uid_);
    ::setfsgid(gid_);
  }
  AsCommand(const AsCommand&) = delete;
  AsCommand& operator=(const AsCommand&) = delete;

 private:
  uid_t uid_ = ::geteuid();
  gid_t gid_ = ::getegid();
};

class Opened {
 public:
  explicit Opened(int fd) : fd_(fd) {}
  ~Opened() {
    if (fd_ >= 0) ::close(fd_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// The name in /dev/shm; empty when the path names nothing that lies directly in it.
std::string name_in_folder(const std::string& path) {
  constexpr std::size_t k_prefix = sizeof k_folder - 1;
  if (path.compare(0, k_prefix, k_folder) != 0 || path.find('/', k_prefix) != std::string::npos) return "";
  return path.substr(k_prefix);
}

int open_place(int tmp) {
  static_cast<void>(::mkdirat(tmp, k_place, 0700));  // it is there from the second time on
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, tmp, k_place, &how, sizeof how));
}

Served open_file(int place, const std::string& name, int flags) {
  constexpr int k_kept = O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND;
  const int fd = ::openat(place, name.c_str(), (flags & k_kept) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0) return {-1, errno};
  struct stat status{};
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) return {fd, 0};
  ::close(fd);
  return {-1, EACCES};
}

Served outcome_of(int result) {
  return {-1, result == 0 ? 0 : errno};
}

}  // namespace

std::optional<Served> serve_shared_memory(const Request& request, const FileCall& call) {
  const std::string name = name_in_folder(call.path);
  const bool served = call.kind == FileCall::Kind::open || call.kind == FileCall::Kind::remove ||
                      call.kind == FileCall::Kind::link;
  if (name.empty() || !served) return std::nullopt;
  const std::string second = call.kind == FileCall::Kind::link ? name_in_folder(call.second) : "";
  if (call.kind == FileCall::Kind::link && second.empty()) return Served{-1, EXDEV};
  const Opened tmp(::open(request.tmp.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (tmp.get() < 0) return Served{-1, EACCES};
  const AsCommand rights(tmp.get());
  const Opened place(open_place(tmp.get()));
  if (place.get() < 0) return Served{-1, EACCES};
  switch (call.kind) {
    case FileCall::Kind::open:
      return open_file(place.get(), name, call.flags);
    case FileCall::Kind::remove:
      return outcome_of(::unlinkat(place.get(), name.c_str(), 0));
    case FileCall::Kind::link:
      return outcome_of(::linkat(place.get(), name.c_str(), place.get(), second.c_str(), 0));
    default:
      break;
  }
  return std::nullopt;
}

}  // namespace leanlab::helper

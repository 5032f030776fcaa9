// The path is read from the caller's memory, made absolute, and opened anew below the writable folder (openat2(2),
// beneath and without links): so it does not matter if the caller changes it in between.
#include "change_mode.h"

#include <string>
#include <vector>

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace leanlab::helper {
namespace {

std::string text_of_caller(pid_t caller, std::uint64_t address) {
  const std::string memory = "/proc/" + std::to_string(caller) + "/mem";
  const int fd = ::open(memory.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  char bytes[PATH_MAX];
  const ssize_t got = ::pread(fd, bytes, sizeof bytes, static_cast<off_t>(address));
  ::close(fd);
  if (got <= 0) return "";
  const std::string text(bytes, static_cast<std::size_t>(got));
  const std::size_t end = text.find('\0');
  return end == std::string::npos ? "" : text.substr(0, end);
}

std::string link_target(const std::string& link) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
  return size > 0 && target[0] == '/' ? std::string(target, static_cast<std::size_t>(size)) : "";
}

std::string absolute_path(const ModeChange& change) {
  const std::string process = "/proc/" + std::to_string(change.caller);
  const std::string base = link_target(
      change.folder == AT_FDCWD ? process + "/cwd" : process + "/fd/" + std::to_string(change.folder));
  if (change.path == 0) return base;
  const std::string path = text_of_caller(change.caller, change.path);
  if (path.empty() || path[0] == '/') return path;
  return base.empty() ? "" : base + "/" + path;
}

// Without ".", ".." and doubled slashes; right because links are not followed later.
std::string plain(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = path.find('/', start) == std::string::npos ? path.size() : path.find('/', start);
    const std::string part = path.substr(start, end - start);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    start = end + 1;
  }
  std::string result;
  for (const std::string& part : parts) result += "/" + part;
  return result;
}

uid_t owner_of(const std::string& folder) {
  struct stat status{};
  return ::stat(folder.c_str(), &status) == 0 ? status.st_uid : static_cast<uid_t>(-1);
}

void change_below(const std::string& folder, const std::string& rest, uid_t owner, unsigned mode) {
  const int root = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return;
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const int fd = static_cast<int>(::syscall(SYS_openat2, root, rest.c_str(), &how, sizeof how));
  ::close(root);
  if (fd < 0) return;
  struct stat status{};
  const bool plain_thing = ::fstat(fd, &status) == 0 &&
                           (S_ISDIR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink == 1));
  if (plain_thing && status.st_uid == owner)
    ::chmod(("/proc/self/fd/" + std::to_string(fd)).c_str(), mode & 0777);
  ::close(fd);
}

}  // namespace

void change_mode(const Request& request, const ModeChange& change) {
  const std::string path = plain(absolute_path(change));
  if (path.empty()) return;
  std::vector<std::string> writable = {request.tmp};
  for (const PathRule& rule : request.paths) {
    if (rule.kind == PathRule::Kind::write) writable.push_back(rule.path);
  }
  for (const std::string& folder : writable) {
    if (path.size() <= folder.size() + 1 || path.compare(0, folder.size(), folder) != 0 ||
        path[folder.size()] != '/')
      continue;
    // The private folder belongs to whoever the command is.
    return change_below(folder, path.substr(folder.size() + 1), owner_of(request.tmp), change.mode);
  }
}

}  // namespace leanlab::helper

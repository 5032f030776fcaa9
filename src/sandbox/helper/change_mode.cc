// The path is read from the caller's memory, made absolute, and opened anew below the writable folder (openat2(2),
// beneath and without links): so it does not matter if the caller changes it in between.
#include "change_mode.h"

#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caller.h"

namespace leanlab::helper {
namespace {

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
  const std::string path = path_of_caller(change.caller, change.folder, change.path);
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

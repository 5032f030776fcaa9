// Where each call of the family has its folder, its path and its flags: a table, but for those that open.
#include "file_call.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include "caller.h"

namespace leanlab::helper {
namespace {

int flags_of_openat2(pid_t caller, std::uint64_t address) {
  open_how how{};
  return read_memory(caller, address, &how, sizeof how.flags) ? static_cast<int>(how.flags) : 0;
}

}  // namespace

bool FileCall::writes() const {
  if (kind == Kind::look) return false;
  return kind != Kind::open || (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
}

bool FileCall::follows() const {
  return kind == Kind::look || kind == Kind::change || (kind == Kind::open && (flags & O_NOFOLLOW) == 0);
}

namespace {

using Kind = FileCall::Kind;

/// Where a call has its folder (-1: none, the path is below the current one), its path, and those of a second name.
struct Place {
  int number;
  Kind kind;
  int folder, path, second_folder = -1, second = -1;
};

constexpr Place k_places[] = {
    {SYS_unlinkat, Kind::remove, 0, 1},         {SYS_linkat, Kind::link, 0, 1, 2, 3},
    {SYS_renameat, Kind::rename, 0, 1, 2, 3},   {SYS_renameat2, Kind::rename, 0, 1, 2, 3},
    {SYS_truncate, Kind::change, -1, 0},        {SYS_mkdirat, Kind::entry, 0, 1},
    {SYS_mknodat, Kind::entry, 0, 1},           {SYS_symlinkat, Kind::entry, 1, 2},
    {SYS_inotify_add_watch, Kind::look, -1, 1}, {SYS_fchmodat, Kind::change, 0, 1},
    {SYS_fchownat, Kind::change, 0, 1},         {SYS_utimensat, Kind::change, 0, 1},
    {SYS_setxattr, Kind::change, -1, 0},        {SYS_lsetxattr, Kind::change, -1, 0},
    {SYS_removexattr, Kind::change, -1, 0},     {SYS_lremovexattr, Kind::change, -1, 0},
#ifdef SYS_open
    {SYS_unlink, Kind::remove, -1, 0},          {SYS_link, Kind::link, -1, 0, -1, 1},
    {SYS_rename, Kind::rename, -1, 0, -1, 1},   {SYS_mkdir, Kind::entry, -1, 0},
    {SYS_rmdir, Kind::change, -1, 0},           {SYS_mknod, Kind::entry, -1, 0},
    {SYS_symlink, Kind::entry, -1, 1},          {SYS_chmod, Kind::change, -1, 0},
    {SYS_chown, Kind::change, -1, 0},           {SYS_lchown, Kind::change, -1, 0},
    {SYS_utime, Kind::change, -1, 0},           {SYS_utimes, Kind::change, -1, 0},
    {SYS_futimesat, Kind::change, 0, 1},
#endif
};
constexpr int k_by_descriptor[] = {SYS_fchmod, SYS_fchown, SYS_fsetxattr, SYS_fremovexattr};

}  // namespace

std::optional<FileCall> file_call(const seccomp_notif& call) {
  const auto* args = call.data.args;
  const auto caller = static_cast<pid_t>(call.pid);
  const auto at = [&](int folder, int path) {
    return path_of_caller(caller, folder < 0 ? AT_FDCWD : static_cast<int>(args[folder]), args[path]);
  };
  const auto open = [&](int folder, int path, int flags) {
    return FileCall{Kind::open, caller, at(folder, path), "", flags};
  };
  FileCall found;
  switch (call.data.nr) {
    case SYS_openat:
      found = open(0, 1, static_cast<int>(args[2]));
      break;
    case SYS_openat2:
      found = open(0, 1, flags_of_openat2(caller, args[2]));
      break;
#ifdef SYS_open
    case SYS_open:
      found = open(-1, 0, static_cast<int>(args[1]));
      break;
    case SYS_creat:
      found = open(-1, 0, O_CREAT | O_WRONLY | O_TRUNC);
      break;
#endif
    default:
      for (const Place& place : k_places) {
        if (place.number != call.data.nr) continue;
        found = {place.kind, caller, at(place.folder, place.path), "", 0};
        if (place.second >= 0) found.second = at(place.second_folder, place.second);
      }
      for (const int number : k_by_descriptor) {
        if (number == call.data.nr)
          found = {Kind::change, caller, path_of_caller(caller, static_cast<int>(args[0]), 0), "", 0};
      }
  }
  return found.path.empty() ? std::nullopt : std::optional(std::move(found));
}

}  // namespace leanlab::helper

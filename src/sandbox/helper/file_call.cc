// Where each call of the family has its folder, its path and its flags.
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
  return kind != Kind::open || (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
}

std::optional<FileCall> file_call(const seccomp_notif& call) {
  using Kind = FileCall::Kind;
  const auto* args = call.data.args;
  const auto caller = static_cast<pid_t>(call.pid);
  constexpr auto k_here = static_cast<std::uint64_t>(AT_FDCWD);
  const auto at = [&](std::uint64_t folder, std::uint64_t path) {
    return path_of_caller(caller, static_cast<int>(folder), path);
  };
  const auto one = [&](Kind kind, std::uint64_t folder, std::uint64_t path, int flags = 0) {
    return FileCall{kind, caller, at(folder, path), "", flags};
  };
  FileCall found;
  switch (call.data.nr) {
    case SYS_openat:
      found = one(Kind::open, args[0], args[1], static_cast<int>(args[2]));
      break;
    case SYS_openat2:
      found = one(Kind::open, args[0], args[1], flags_of_openat2(caller, args[2]));
      break;
    case SYS_unlinkat:
      found = one(Kind::remove, args[0], args[1]);
      break;
    case SYS_linkat:
      found = {Kind::link, caller, at(args[0], args[1]), at(args[2], args[3]), 0};
      break;
    case SYS_renameat:
    case SYS_renameat2:
      found = one(Kind::change, args[0], args[1]);
      break;
    case SYS_truncate:
      found = one(Kind::change, k_here, args[0]);
      break;
#ifdef SYS_open
    case SYS_open:
      found = one(Kind::open, k_here, args[0], static_cast<int>(args[1]));
      break;
    case SYS_creat:
      found = one(Kind::open, k_here, args[0], O_CREAT | O_WRONLY | O_TRUNC);
      break;
    case SYS_unlink:
      found = one(Kind::remove, k_here, args[0]);
      break;
    case SYS_link:
      found = {Kind::link, caller, at(k_here, args[0]), at(k_here, args[1]), 0};
      break;
    case SYS_rename:
      found = one(Kind::change, k_here, args[0]);
      break;
#endif
    default:
      break;
  }
  return found.path.empty() ? std::nullopt : std::optional(std::move(found));
}

}  // namespace leanlab::helper

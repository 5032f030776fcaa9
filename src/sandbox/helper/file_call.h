// FileCall: a call that opens, changes or removes a file, as the guardian sees it while it is stopped.
#pragma once

#include <optional>
#include <string>

#include <linux/seccomp.h>
#include <sys/types.h>

namespace leanlab::helper {

struct FileCall {
  enum class Kind {
    open,
    remove,
    link,
    rename,
    entry,  ///< a folder, a link or a special file is made
    change,
    look,  ///< its changes are to be told
  };
  Kind kind = Kind::open;
  pid_t caller = -1;
  std::string path;    ///< absolute and plain; links are not followed
  std::string second;  ///< link and renaming: the new name, likewise
  int flags = 0;       ///< open: O_RDONLY and so on
  /// Whether it wants to have something changed.
  bool writes() const;
  /// Whether it is about what a link leads to, not about the link.
  bool follows() const;
};

/// What the guardian did in the command's place.
struct Served {
  int fd = -1;    ///< to be handed to the caller, and closed
  int error = 0;  ///< errno of the answer; 0 with no descriptor: done
};

/// None when it is another call or its path cannot be told.
std::optional<FileCall> file_call(const seccomp_notif& call);

}  // namespace leanlab::helper

// Identity: whose rights the command has. Root becomes nobody; an ordinary user stays who he is.
#pragma once

#include <sys/types.h>

#include "request.h"

namespace leanlab::helper {

constexpr unsigned k_nobody = 65534;

/// Whether we were, when first asked, a root that may become somebody else (not the only user of a user namespace).
bool is_privileged();

/// Whether we might besides mount here: then a world's view is made with root's rights, before its init gives them up.
bool makes_view_as_root();

/// Writes `pid`'s id maps: inside `inner` is the `outer` of here. Denies setgroups. False with errno.
bool map_identity(pid_t pid, unsigned inner_uid, unsigned outer_uid, unsigned inner_gid, unsigned outer_gid);

/// The ids that the command sees as its own, called from the process that will become it or its init.
struct ShownIdentity {
  unsigned uid = 0, gid = 0;
};
ShownIdentity shown_identity();

/// Gives up every capability.
void drop_capabilities();

/// Tier A as root: becomes nobody in the user namespace `users`, which knows no other, with all rights there and none here.
void become_nobody_in(int users);

/// Tier B as root: becomes nobody. What nobody may not read by its mode bits, root could: so that the listed paths (and only
/// those: Landlock decides) stay reachable, the capability to pass over mode bits is kept, for writing only where a path
/// may be written.
void become_nobody(const Request& request);

/// The guardian of such a command looks into its memory and its /proc. Where root has no CAP_SYS_PTRACE (Docker's usual root), the
/// kernel allows that only between equals: then the guardian is nobody too, in all but its rights.
void be_equal_to_nobody();

}  // namespace leanlab::helper

// Watched files: whether a stopped call reaches for what is kept from the command. Evidence only: what holds the command is its
// view (tier A) or Landlock (tier B), so it does not matter that the caller may change the path after it was read.
#pragma once

#include <string>

#include "file_call.h"
#include "request.h"

namespace leanlab::helper {

/// "open /home/me/.ssh/id_ed25519", "change /…/results.jsonl": a file below a place of `request.watch` that is there and that no
/// rule of the request allows. Empty: nothing to tell. Folders do not count, since tools walk through them, nor do caches.
std::string kept_file(const Request& request, const FileCall& call);

}  // namespace leanlab::helper

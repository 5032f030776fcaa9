// Watched files: whether a stopped call reaches for what is kept from the command. Evidence only: what holds the command is its
// view (tier A) or Landlock (tier B), so it does not matter that the caller may change the path after it was read.
#pragma once

#include <string>

#include "file_call.h"
#include "request.h"

namespace leanlab::helper {

/// "open /home/me/.ssh/id_ed25519", "change /…/results.jsonl": what is there, below a place of `request.watch`, and allowed by no rule of
/// the request; of an experiment also each try to change something elsewhere, and to look into others' processes. Empty: nothing to
/// tell, as of folders that lead to what is allowed, of folders that an agent's tools walk through, and of Python's caches of files that
/// may be read.
std::string kept_file(const Request& request, const FileCall& call);

}  // namespace leanlab::helper

// View: the command's own root folder, in which only what is listed exists (tier A).
#pragma once

#include <string>
#include <vector>

#include "request.h"

namespace leanlab::helper {

/// One thing to show, as a mount that is not attached anywhere yet (open_tree(2)), or a link.
struct Shown {
  std::string path;
  int tree = -1;  ///< the detached mount; -1: a link or a hidden place
  bool is_folder = false;
  bool is_hidden = false;
  std::string link;  ///< the target, if it is a symbolic link
};

/// Opens all that the request lists, read-only where it says so. Needs the right to mount here. With `owner_map` (a
/// user namespace, or -1) the paths' files that belong to root are shown as belonging to that namespace's root.
std::vector<Shown> open_view(const Request& request, int owner_map);

/// Builds the root from `shown` in this mount namespace, and makes it the root of this process.
void enter_view(const Request& request, const std::vector<Shown>& shown);

}  // namespace leanlab::helper

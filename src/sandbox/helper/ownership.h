// Ownership: for file systems that cannot show root's files as another's (overlayfs as containers have it).
#pragma once

#include <string>

namespace leanlab::helper {

/// Makes nobody the owner of what root owns at and below `path`: folders, and files with one name. Links are not followed, and
/// what changes meanwhile cannot lead it elsewhere. What cannot be given stays as it is.
void give_to_nobody(const std::string& path);

}  // namespace leanlab::helper

// Companions: the code that lies beside a program of a person's own: what it imports, and nothing else of that folder.
#pragma once

#include <string>
#include <vector>

#include "base/fs.h"

namespace leanlab::agent {

struct Companions {
  std::vector<std::string> files;  ///< code in the program's language, and folders that are Python packages
  std::vector<std::string>
      folders;  ///< that hold them: an interpreter looks for modules in the list of their names
};

/// What lies beside the scripts among `files` (absolute). Nothing where the folder is nobody's own for this: a home, a temporary
/// folder, one that holds or lies in one of `kept`, or one with very much in it.
[[nodiscard]] Companions companions_of(const std::vector<std::string>& files,
                                       const std::vector<std::string>& kept);

}  // namespace leanlab::agent

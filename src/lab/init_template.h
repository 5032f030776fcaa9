// The bundled labs, and `init --template`: a copy of one of them, whole or not at all.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lab/project.h"

namespace leanlab::lab {

struct BundledLab {
  std::string name;
  std::string description;  ///< from its lab.json
};
/// Sorted by name. Errors: misconfigured (they are not installed).
[[nodiscard]] Result<std::vector<BundledLab>> list_bundled_labs();

/// Copies the bundled lab `from` to `.leanlab/<name>`, which must not exist, and gives it its name. On an error nothing
/// is left. Errors: usage (no such name, or it is taken), not_found (no such bundled lab, with a suggestion), io,
/// no_space.
[[nodiscard]] Result<Place> init_from_template(const Project& project, const std::string& name,
                                               const std::string& from);

/// The text of a lab.json with another name, otherwise as it was written.
[[nodiscard]] std::string with_name(const std::string& text, const std::string& name);

}  // namespace leanlab::lab

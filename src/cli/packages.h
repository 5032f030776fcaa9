// Packages: installing what a drafted evaluator declares, where the project keeps its packages.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/context.h"
#include "lab/project.h"

namespace leanlab::cli {

/// Shows the packages, then `uv add` in a uv project, else pip of the project's virtual environment. Where there is neither,
/// only says what to type. A failed installation is told and is no error: `check` finds what is missing. Errors: interrupted.
[[nodiscard]] Status install_packages(Context& context, const lab::Project& project,
                                      const std::vector<std::string>& packages);

}  // namespace leanlab::cli

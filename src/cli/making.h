// Making: `init` with an agent: draft, approval, files, packages, checks.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/context.h"

namespace leanlab::cli {

/// Drafts the lab `name` with an architect and makes it once it is approved, by the person or by --yes. Returns the exit code:
/// 0, or 3 when checks still fail. Errors: person_needed (nobody to ask, no --yes), goal_not_met (no usable draft), interrupted
/// (cancelled: nothing was made), agent_unavailable, usage, io.
[[nodiscard]] Result<int> make_lab(Context& context, const Arguments& arguments, const std::string& name);

}  // namespace leanlab::cli

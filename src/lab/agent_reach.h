// AgentReach: what agents may change and reach besides their workspace, as lab.json and the variables of the user say it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lab/config.h"
#include "lab/project.h"

namespace leanlab::lab {

/// The folders of `sandbox.write` (relative ones start in the project) and of LEANLAB_AGENT_WRITE ("/a:/b"), links resolved.
/// Errors: misconfigured: one is missing or no folder; one holds, or lies in, what no agent may change: labs, the engine's
/// state, the project's git folder, data and public files of the lab, the judge's interpreter, the user's settings.
[[nodiscard]] Result<std::vector<std::string>> agent_folders(const Project& project, const Place& place,
                                                             const Config& config);
/// The same where there is no lab yet: LEANLAB_AGENT_WRITE alone.
[[nodiscard]] Result<std::vector<std::string>> agent_folders(const Project& project);

}  // namespace leanlab::lab

// ConfigTeam: the members of lab.json that say who works in a lab and what that may cost.
#pragma once

#include "base/result.h"
#include "lab/config.h"
#include "lab/config_section.h"

namespace leanlab::lab {

/// `agents {worker, director, critic, architect}`: a text, an object, or a list of either with weights. `holder` is the
/// object that has the member. Errors: misconfigured, unsupported.
[[nodiscard]] Status read_agents(ConfigSection& holder, Config& config);
/// `budget {usd, tokens, hours, experiments}`. Errors: misconfigured.
[[nodiscard]] Status read_budget(ConfigSection& holder, Config& config);

}  // namespace leanlab::lab

// Prompts: what a Worker is told. The first line names the role, by which sessions are recognised.
#pragma once

#include <string>

#include "base/result.h"
#include "metric/session.h"
#include "metric/workspace.h"

namespace leanlab::metric {

/// Role text, task, parent, memory, notes, and how to report. Errors: misconfigured (the role text is missing), io.
[[nodiscard]] Result<std::string> worker_prompt(const Session& session, const Material& material,
                                                const Workspace& workspace);
/// The turn in which a Worker may mend its file.
[[nodiscard]] std::string repair_prompt(const std::string& file, const std::string& error, std::uint32_t fix,
                                        std::uint32_t most);

}  // namespace leanlab::metric

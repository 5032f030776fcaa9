// ForAgent: `init --for-agent`: the skill, the marked blocks and the MCP entry by which coding agents find leanlab.
#pragma once

#include "base/result.h"
#include "cli/context.h"

namespace leanlab::cli {

/// Writes `.claude/skills/leanlab/SKILL.md`, a marked block in `CLAUDE.md` and `AGENTS.md`, and the entry in `.mcp.json` of the
/// project. What is there already stays as it is. Errors: misconfigured (`.mcp.json` cannot be read; nothing was changed), io.
[[nodiscard]] Result<int> teach_agents(Context& context);

}  // namespace leanlab::cli

// The files of an ACP agent that asks its client for them: what it may write it may write through us, and read what it may read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/agent.h"
#include "base/result.h"

namespace leanlab::agent {

/// The text of a file, or `limit` lines of it from `line` (from 1; 0: all). Errors: misconfigured (not for it to read), io.
[[nodiscard]] Result<std::string> read_for_agent(const TurnRequest& request, const std::string& path,
                                                 std::uint64_t line, std::uint64_t limit);
/// Writes a file of its workspace, or of another folder that it may change. Errors: misconfigured (outside, or too large), io, no_space.
[[nodiscard]] Status write_for_agent(const TurnRequest& request, const std::string& path,
                                     std::string_view text);

}  // namespace leanlab::agent

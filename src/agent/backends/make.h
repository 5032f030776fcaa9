// Makers of the backends, one for each file of this folder; for the table in backends.cc, and what makers share.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "agent/agent.h"

namespace leanlab::agent {

[[nodiscard]] Result<std::unique_ptr<Agent>> make_tuner(const BackendOptions& options);
[[nodiscard]] Result<std::unique_ptr<Agent>> make_command(const BackendOptions& options);
[[nodiscard]] Result<std::unique_ptr<Agent>> make_claude(const BackendOptions& options);
[[nodiscard]] Probe probe_claude();
[[nodiscard]] Result<std::unique_ptr<Agent>> make_codex(const BackendOptions& options);
[[nodiscard]] Probe probe_codex();
[[nodiscard]] Result<std::unique_ptr<Agent>> make_api(const BackendOptions& options);
[[nodiscard]] Probe probe_api();
[[nodiscard]] Result<std::unique_ptr<Agent>> make_acp(const BackendOptions& options);
[[nodiscard]] Result<std::unique_ptr<Agent>> make_replay(const BackendOptions& options);

/// The program of `command` and `acp` as an absolute path. Relative ones with a slash lie in the lab's folder, others are on
/// PATH or in the lab. Errors: agent_unavailable, saying where it was looked for.
[[nodiscard]] Result<std::string> find_agent_program(const std::string& word,
                                                     const std::filesystem::path& lab);

}  // namespace leanlab::agent

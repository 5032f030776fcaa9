// CodexConfig: what leanlab must know of a person's Codex configuration: where its models are, and which variables hold their keys.
#pragma once

#include <string>
#include <vector>

#include "base/fs.h"

namespace leanlab::agent {

/// OpenAI's hosts, and those that config.toml and the environment name.
[[nodiscard]] std::vector<std::string> codex_hosts(const fs::path& config);
/// The variables that hold the keys of its own providers.
[[nodiscard]] std::vector<std::string> codex_keys(const fs::path& config);

}  // namespace leanlab::agent

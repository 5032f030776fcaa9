// ConfigSandbox: the field `sandbox` of lab.json: what agents and candidates may reach.
#pragma once

#include "base/result.h"
#include "lab/config.h"
#include "lab/config_section.h"

namespace leanlab::lab {

/// Reads `sandbox` into `config.sandbox`. Errors: misconfigured, with the place; unsupported.
[[nodiscard]] Status read_sandbox(ConfigSection& top, Config& config);

/// What the seal says of it: canonical JSON; empty when lab.json says nothing.
[[nodiscard]] std::string sandbox_text(const SandboxRules& rules);

/// A path of lab.json as an absolute one: relative ones start in the lab.
[[nodiscard]] std::string lab_path(const std::filesystem::path& lab, const std::string& path);

}  // namespace leanlab::lab

// ConfigLayers: the sources of settings besides lab.json, as JSON of its shape: docs/lab-json.md.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lab/config.h"

namespace leanlab::lab {

/// `config.json` in the user's configuration folder, and the LEANLAB_* variables that are set; the weakest first.
/// Errors: misconfigured (a variable's value cannot be read), io.
[[nodiscard]] Result<std::vector<ConfigLayer>> find_config_layers();

/// "/limits/seconds" -> "LEANLAB_LIMITS_SECONDS"; empty for a field that no variable sets.
[[nodiscard]] std::string variable_of(const std::string& pointer);

}  // namespace leanlab::lab

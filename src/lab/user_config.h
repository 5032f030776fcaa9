// UserConfig: what the user settled for all projects, in `$XDG_CONFIG_HOME/leanlab/`.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agent/prices.h"
#include "base/result.h"
#include "lab/config.h"
#include "lab/user_folders.h"

namespace leanlab::lab {

struct UserConfig {
  std::map<std::string, std::vector<AgentChoice>> agents;  ///< as in lab.json, for labs that name none
  bool owner_is_person = false;  ///< `owner.require: person`: agents may not do an owner's acts
};

/// From the layers of settings besides lab.json. Errors: misconfigured, unsupported, io.
[[nodiscard]] Result<UserConfig> load_user_config();
/// The packaged price table and the user's `prices.json`, which wins. Errors: misconfigured, unsupported, io.
[[nodiscard]] Result<agent::Prices> load_prices();
/// Where the two tables lie, whether they exist or not: packaged, user's.
[[nodiscard]] std::vector<std::filesystem::path> price_files();

}  // namespace leanlab::lab

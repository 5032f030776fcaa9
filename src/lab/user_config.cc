// The user's own settings and prices.
#include "lab/user_config.h"

#include "base/fs.h"
#include "lab/project.h"

namespace leanlab::lab {

Result<UserConfig> load_user_config() {
  TRY_ASSIGN(Config config, load_layers());
  return UserConfig{std::move(config.agents), config.owner_must_be_person};
}

std::vector<std::filesystem::path> price_files() {
  std::vector<fs::path> files;
  if (const auto labs = bundled_labs()) files.push_back(labs->parent_path() / "prices" / "prices.json");
  if (const fs::path folder = user_config_folder(); !folder.empty()) files.push_back(folder / "prices.json");
  return files;
}

Result<agent::Prices> load_prices() {
  return agent::Prices::load(price_files());
}

}  // namespace leanlab::lab

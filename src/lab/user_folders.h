// UserFolders: where leanlab keeps what belongs to the user and to no project, by the XDG base directory rules.
#pragma once

#include <filesystem>

namespace leanlab::lab {

/// `$XDG_STATE_HOME/leanlab`, else `~/.local/state/leanlab`; empty when there is no home.
[[nodiscard]] std::filesystem::path user_state_folder();
/// `$XDG_CONFIG_HOME/leanlab`, else `~/.config/leanlab`; empty when there is no home.
[[nodiscard]] std::filesystem::path user_config_folder();

}  // namespace leanlab::lab

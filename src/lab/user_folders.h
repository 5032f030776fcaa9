// UserFolders: where leanlab keeps what belongs to the user and to no project, by the XDG base directory rules.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace leanlab::lab {

/// `$XDG_STATE_HOME/leanlab`, else `~/.local/state/leanlab`; empty when there is no home.
[[nodiscard]] std::filesystem::path user_state_folder();
/// `$XDG_CONFIG_HOME/leanlab`, else `~/.config/leanlab`; empty when there is no home.
[[nodiscard]] std::filesystem::path user_config_folder();

/// Places of this machine that no experiment and no agent has any business in: the user's keys, tokens and histories, leanlab's own
/// folders of the user, the system's passwords. Absolute; they need not be there.
[[nodiscard]] std::vector<std::string> private_places();

}  // namespace leanlab::lab

// The user's folders.
#include "lab/user_folders.h"

#include <cstdlib>

namespace leanlab::lab {

namespace {

std::filesystem::path folder(const char* variable, const char* below_home) {
  // The rules say that a relative path is to be ignored.
  if (const char* base = std::getenv(variable); base != nullptr && base[0] == '/')
    return std::filesystem::path(base) / "leanlab";
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return {};
  return std::filesystem::path(home) / below_home / "leanlab";
}

}  // namespace

std::filesystem::path user_state_folder() {
  return folder("XDG_STATE_HOME", ".local/state");
}
std::filesystem::path user_config_folder() {
  return folder("XDG_CONFIG_HOME", ".config");
}

}  // namespace leanlab::lab

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

std::vector<std::string> private_places() {
  std::vector<std::string> places = {"/etc/shadow", "/etc/gshadow", "/etc/ssh", "/etc/ssl/private"};
  for (const std::filesystem::path& ours : {user_state_folder(), user_config_folder()}) {
    if (!ours.empty()) places.push_back(ours.lexically_normal().string());
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return places;
  for (const char* name : {".ssh",
                           ".gnupg",
                           ".password-store",
                           ".netrc",
                           ".git-credentials",
                           ".aws",
                           ".azure",
                           ".kube",
                           ".docker",
                           ".config/gcloud",
                           ".config/gh",
                           ".npmrc",
                           ".pypirc",
                           ".kaggle",
                           ".huggingface",
                           ".cache/huggingface/token",
                           ".claude",
                           ".claude.json",
                           ".codex",
                           ".gemini",
                           ".local/share/keyrings",
                           ".mozilla",
                           ".bash_history",
                           ".zsh_history",
                           ".python_history"})
    places.push_back((std::filesystem::path(home) / name).lexically_normal().string());
  return places;
}

}  // namespace leanlab::lab

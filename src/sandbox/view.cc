// The list was found by running honest programs (sh, g++, node, numpy and sklearn with threads) in an empty view.
#include "sandbox/view.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace leanlab::sandbox {

const std::vector<PathRule>& default_view() {
  static const std::vector<PathRule> rules = [] {
    static constexpr const char* k_places[] = {
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store",
        // Debian's BLAS and compilers are links through this folder.
        "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime",
        "/etc/locale.alias", "/etc/mime.types", "/etc/nsswitch.conf", "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf", "/etc/fonts", "/etc/OpenCL", "/etc/debian_version", "/etc/os-release",
        // How many cores there are, and what they can do: numpy, OpenBLAS and OpenMP ask.
        "/sys/devices/system/cpu", "/sys/devices/system/node"};
    std::vector<PathRule> found;
    std::error_code error;
    for (const char* place : k_places) {
      if (std::filesystem::exists(place, error)) found.push_back({place, Access::read});
    }
    for (const auto& entry : std::filesystem::directory_iterator("/etc", error)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("python") || name.starts_with("perl"))
        found.push_back({entry.path().string(), Access::read});
    }
    return found;
  }();
  return rules;
}

std::vector<std::string> engine_folders_below(const std::string& path) {
  std::vector<std::string> found;
  const std::filesystem::path folder(path);
  for (const std::filesystem::path& state :
       {folder / ".leanlab/state", folder.filename() == ".leanlab" ? folder / "state" : folder}) {
    std::error_code error;
    if (state != folder && std::filesystem::exists(state, error)) found.push_back(state.string());
  }
  return found;
}

namespace {
bool is_below(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.starts_with(folder) &&
         (folder == "/" || path[folder.size()] == '/');
}
}  // namespace

std::vector<std::string> all_but(const std::string& path, const std::vector<std::string>& hidden) {
  const auto is = [&](const auto& test) { return std::any_of(hidden.begin(), hidden.end(), test); };
  if (is([&](const std::string& secret) { return secret == path; })) return {};
  if (!is([&](const std::string& secret) { return is_below(secret, path); })) return {path};
  std::vector<std::string> shown;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.is_symlink(error)) continue;
    const auto deeper = all_but(entry.path().string(), hidden);
    shown.insert(shown.end(), deeper.begin(), deeper.end());
  }
  return shown;
}

}  // namespace leanlab::sandbox

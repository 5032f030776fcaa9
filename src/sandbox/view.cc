// The list was found by running honest programs (sh, g++, node, numpy and sklearn with threads) in an empty view.
#include "sandbox/view.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace leanlab::sandbox {

namespace {
std::vector<PathRule> existing(std::initializer_list<const char*> places) {
  std::vector<PathRule> found;
  std::error_code error;
  for (const char* place : places) {
    if (std::filesystem::exists(place, error)) found.push_back({place, Access::read});
  }
  return found;
}
}  // namespace

const std::vector<PathRule>& default_view() {
  static const std::vector<PathRule> rules = [] {
    std::vector<PathRule> found =
        existing({"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store",
                  // Debian's BLAS and compilers are links through this folder.
                  "/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime",
                  // Where it is, OpenSSL insists on reading it, and node does not start without it.
                  "/etc/ssl/openssl.cnf",
                  // How many cores there are, and what they can do: numpy, OpenBLAS and OpenMP ask.
                  "/sys/devices/system/cpu"});
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/etc", error)) {
      if (entry.path().filename().string().starts_with("python"))
        found.push_back({entry.path().string(), Access::read});
    }
    return found;
  }();
  return rules;
}

const std::vector<PathRule>& machine_facts() {
  static const std::vector<PathRule> rules = existing(
      {"/proc/cpuinfo", "/proc/meminfo", "/proc/stat",
       // How many cores a container may use, in the files of cgroup 2 and 1: joblib fails where they exist and are closed.
       "/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
       "/sys/fs/cgroup/cpu/cpu.cfs_period_us"});
  return rules;
}

const std::vector<PathRule>& network_view() {
  static const std::vector<PathRule> rules =
      existing({"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
                "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ca-certificates", "/etc/pki/tls/certs",
                "/etc/mime.types"});
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

namespace {

/// Where `path` leads, all links followed; as it stands when that cannot be told.
std::string real_path(const std::string& path) {
  std::error_code error;
  std::string real = std::filesystem::weakly_canonical(path, error).string();
  while (real.size() > 1 && real.back() == '/') real.pop_back();
  return error || real.empty() ? path : real;
}

/// `path` and `hidden` have no links in them.
std::vector<std::string> siblings(const std::string& path, const std::vector<std::string>& hidden) {
  const auto is = [&](const auto& test) { return std::any_of(hidden.begin(), hidden.end(), test); };
  if (is([&](const std::string& secret) { return secret == path; })) return {};
  if (!is([&](const std::string& secret) { return is_below(secret, path); })) return {path};
  std::vector<std::string> shown;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.is_symlink(error)) continue;
    const auto deeper = siblings(entry.path().string(), hidden);
    shown.insert(shown.end(), deeper.begin(), deeper.end());
  }
  return shown;
}

}  // namespace

std::vector<std::string> real_paths(const std::vector<std::string>& paths) {
  std::vector<std::string> real;
  for (const std::string& path : paths) real.push_back(real_path(path));
  return real;
}

std::vector<std::string> all_but(const std::string& path, const std::vector<std::string>& hidden) {
  if (hidden.empty()) return {path};
  const std::string real = real_path(path);
  std::vector<std::string> shown = siblings(real, hidden);
  if (shown == std::vector{real}) return {path};
  return shown;
}

std::vector<std::string> hidden_below(const std::string& path, const std::vector<std::string>& hidden) {
  std::vector<std::string> found;
  std::error_code error;
  if (hidden.empty() || std::filesystem::is_symlink(path, error)) return found;
  const std::string real = real_path(path);
  for (const std::string& secret : hidden) {
    if (real != path && is_below(secret, real))
      found.push_back((path == "/" ? "" : path) + secret.substr(real == "/" ? 0 : real.size()));
  }
  return found;
}

}  // namespace leanlab::sandbox

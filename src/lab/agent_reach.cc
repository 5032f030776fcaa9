// A folder that agents may change must not hold anything that a score or the book depends on, nor lie in such a thing.
#include "lab/agent_reach.h"

#include <algorithm>
#include <cstdlib>

#include "base/fs.h"
#include "base/strings.h"
#include "lab/config_sandbox.h"
#include "lab/interpreter.h"
#include "lab/user_folders.h"

namespace leanlab::lab {

namespace {

constexpr const char* k_variable = "LEANLAB_AGENT_WRITE";

struct Guarded {
  fs::path path;
  std::string what;
};

bool is_in(const fs::path& path, const fs::path& folder) {
  return folder == folder.root_path() || (path.string() + "/").starts_with(folder.string() + "/");
}

/// A lab that a folder lies in, or that lies in it: labs may be named by a path.
fs::path lab_around(const fs::path& folder) {
  std::error_code error;
  for (fs::path above = folder; above.has_relative_path(); above = above.parent_path()) {
    if (fs::exists(above / "lab.json", error)) return above;
  }
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (fs::exists(entry.path() / "lab.json", error)) return entry.path();
  }
  return {};
}

class Guards {
 public:
  void add(const fs::path& path, const char* what) {
    std::error_code error;
    if (path.empty()) return;
    const fs::path real = fs::weakly_canonical(path, error);
    guarded_.push_back({error ? path.lexically_normal() : real, what});
  }
  Result<std::string> check(const fs::path& named, const std::string& where) const {
    std::error_code error;
    const fs::path real = fs::canonical(named, error);
    if (error || !fs::is_directory(real, error)) {
      return fail(Error(ErrorCode::misconfigured,
                        fmt::format("{} names {}, which is no folder", where, printable(named.string())))
                      .then("mkdir -p " + join_command(std::vector<std::string>{named.string()})));
    }
    std::vector<Guarded> guarded = guarded_;
    if (const fs::path lab = lab_around(real); !lab.empty()) guarded.push_back({lab, "another lab"});
    for (const Guarded& guard : guarded) {
      const bool holds = is_in(guard.path, real);
      if (!holds && !is_in(real, guard.path)) continue;
      return fail(Error(ErrorCode::misconfigured,
                        fmt::format("{} names {}, which {} {} ({}): no agent may change that", where,
                                    printable(real.string()), holds ? "holds" : "lies in", guard.what,
                                    printable(guard.path.string())))
                      .then("name a folder of its own, in which nothing but the agents' own files lies"));
    }
    return real.string();
  }

 private:
  std::vector<Guarded> guarded_;
};

Guards guards_of(const Project& project) {
  Guards guards;
  guards.add(project.home, "the labs");
  guards.add(project.state, "leanlab's state");
  guards.add(project.root / ".git", "the project's history");
  guards.add(user_state_folder(), "leanlab's anchors");
  guards.add(user_config_folder(), "your settings");
  guards.add(executable_path().parent_path(), "leanlab itself");
  for (const char* system : {"/usr", "/etc", "/bin", "/lib", "/proc", "/sys", "/dev"})
    guards.add(system, "the system");
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    guards.add(fs::path(home) / ".ssh", "your keys");
    guards.add(fs::path(home) / ".bashrc", "what your shell runs");
  }
  return guards;
}

Result<std::vector<std::string>> checked(const Guards& guards, const fs::path& root,
                                         const std::vector<std::string>& named) {
  std::vector<std::string> folders;
  for (const std::string& name : named) {
    TRY_ASSIGN(folders.emplace_back(), guards.check(root / name, "\"sandbox.write\""));
  }
  const char* more = std::getenv(k_variable);
  for (std::string_view rest = more == nullptr ? "" : more; !rest.empty();) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    if (const auto name = rest.substr(0, colon); !name.empty()) {
      TRY_ASSIGN(folders.emplace_back(), guards.check(root / name, k_variable));
    }
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return folders;
}

}  // namespace

Result<std::vector<std::string>> agent_folders(const Project& project, const Place& place,
                                               const Config& config) {
  Guards guards = guards_of(project);
  guards.add(place.folder, "the lab");
  guards.add(place.state, "leanlab's state");
  for (const std::string& data : config.data)
    guards.add(lab_path(place.folder, data), "the evaluator's data");
  for (const std::string& shown : config.sandbox.read)
    guards.add(lab_path(place.folder, shown), "what experiments read");
  for (const std::string& command : {config.eval_cmd, config.validate_cmd}) {
    const auto resolved = resolve_command(command, "x", place.folder);
    if (!resolved || !resolved->interpreter) continue;
    const Interpreter& python = *resolved->interpreter;
    for (const std::string& path : {python.prefix, python.base_prefix})
      guards.add(path, "the judge's interpreter");
    for (const std::string& path : python.search_path) guards.add(path, "the judge's packages");
  }
  return checked(guards, project.root, config.sandbox.write);
}

Result<std::vector<std::string>> agent_folders(const Project& project) {
  return checked(guards_of(project), project.root, {});
}

}  // namespace leanlab::lab

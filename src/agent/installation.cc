// A folder is shown only when something proves it to be an installation: `bin` alone may lie in anybody's home.
#include "agent/installation.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "base/process.h"
#include "base/strings.h"

namespace leanlab::agent {

namespace {

bool is_system(const fs::path& path) {
  static const std::set<std::string> k_system = {"usr", "bin", "sbin", "lib", "lib32", "lib64", "nix", "gnu"};
  const auto first = std::next(path.begin());
  return path.is_absolute() && first != path.end() && k_system.contains(first->string());
}

/// Not so wide that a person's whole home would be shown.
bool is_narrow(const fs::path& folder, std::ptrdiff_t least_depth = 3) {
  const char* home = std::getenv("HOME");
  const std::string text = folder.lexically_normal().string();
  const std::string own = home == nullptr ? std::string() : fs::path(home).lexically_normal().string();
  return folder.is_absolute() && std::distance(folder.begin(), folder.end()) >= least_depth &&
         !(own + "/").starts_with(text + "/");
}

std::vector<fs::path> folders_of_path() {
  std::vector<fs::path> folders;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    if (rest.starts_with('/')) folders.push_back(fs::path(rest.substr(0, colon)).lexically_normal());
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return folders;
}

std::string first_line(const fs::path& file) {
  constexpr std::size_t k_longest = 256;  // the kernel looks no further
  std::ifstream stream(file, std::ios::binary);
  char bytes[k_longest];
  stream.read(bytes, sizeof bytes);
  const std::string_view text(bytes, static_cast<std::size_t>(stream.gcount()));
  return std::string(text.substr(0, text.find('\n')));
}

/// The programs that a script's first line names: "#!/usr/bin/env -S python3 -u" names env and python3.
std::vector<fs::path> interpreters_of(const fs::path& script) {
  const std::string line = first_line(script);
  if (!line.starts_with("#!")) return {};
  const auto words = split_command(std::string(trim(std::string_view(line).substr(2))));
  if (!words || words->empty()) return {};
  std::vector<fs::path> found{words->front()};
  if (fs::path(words->front()).filename() != "env") return found;
  const auto named = std::find_if(words->begin() + 1, words->end(), [](const std::string& word) {
    return !word.starts_with('-') && word.find('=') == std::string::npos;
  });
  if (named == words->end()) return found;
  if (const fs::path program = find_program(*named); !program.empty()) found.push_back(fs::absolute(program));
  return found;
}

class Shown {
 public:
  void add(const fs::path& path) {
    std::error_code error;
    if (!path.empty() && !is_system(path) && fs::exists(path, error))
      paths_.insert(path.lexically_normal().string());
  }
  void add_narrow(const fs::path& folder) {
    if (is_narrow(folder)) add(folder);
  }
  /// The program, and the installation whose `bin` it lies in.
  void add_with_installation(const fs::path& program) {
    std::error_code error;
    add(program);
    const fs::path real = fs::canonical(program, error);
    if (!error) add(real);
    add_prefix(program.parent_path());
    if (!error) add_prefix(real.parent_path());
  }
  /// What lies behind a folder of programs.
  void add_prefix(const fs::path& folder) {
    const fs::path prefix = folder.parent_path();
    std::error_code error;
    if (is_system(prefix)) return;
    if (folder.filename() == "shims") return add_narrow(prefix);  // pyenv, asdf, rbenv, mise
    if (folder.filename() != "bin") return;
    const bool environment = fs::exists(prefix / "pyvenv.cfg", error);
    if (environment || fs::exists(prefix / "conda-meta", error)) {
      if (is_narrow(prefix, 2)) add(prefix);
      if (environment) add_base_of(prefix / "pyvenv.cfg");
    } else if (is_narrow(prefix) && has_libraries(prefix)) {
      // Beside ~/.local/bin lies ~/.local/share, with keyrings in it.
      add(prefix.filename() == ".local" ? prefix / "lib" : prefix);
    }
  }
  [[nodiscard]] std::vector<std::string> take() const { return {paths_.begin(), paths_.end()}; }

 private:
  static bool has_libraries(const fs::path& prefix) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(prefix / "lib", error)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("python3") || name == "node_modules" || name == "ruby" || name == "R") return true;
    }
    return false;
  }
  /// "home = /opt/python/bin": where a virtual environment has its standard library from.
  void add_base_of(const fs::path& settings) {
    std::ifstream stream(settings);
    for (std::string line; std::getline(stream, line);) {
      const std::size_t equals = line.find('=');
      if (equals == std::string::npos || trim(std::string_view(line).substr(0, equals)) != "home") continue;
      const fs::path folder(trim(std::string_view(line).substr(equals + 1)));
      if (!folder.is_absolute() || is_system(folder)) return;
      add_narrow(folder);
      if (!fs::exists(folder.parent_path() / "pyvenv.cfg")) add_prefix(folder);
    }
  }

  std::set<std::string> paths_;
};

}  // namespace

std::vector<std::string> installation_of(const fs::path& program) {
  Shown shown;
  std::error_code error;
  const fs::path real = fs::canonical(program, error);
  shown.add(program);
  shown.add(real);
  // npm keeps a package's parts beside each other; other installers keep a version in one folder.
  const std::size_t modules = real.string().find("/node_modules/");
  shown.add_narrow(modules == std::string::npos ? real.parent_path()
                                                : fs::path(real.string().substr(0, modules + 13)));
  for (const fs::path& folder : folders_of_path()) shown.add_narrow(folder);
  return shown.take();
}

std::vector<std::string> reach_of_files(const std::vector<std::string>& files) {
  Shown shown;
  for (const std::string& file : files) {
    shown.add_with_installation(file);
    for (const fs::path& interpreter : interpreters_of(file)) shown.add_with_installation(interpreter);
  }
  for (const fs::path& folder : folders_of_path()) {
    shown.add_narrow(folder);
    shown.add_prefix(folder);
  }
  // What a shell script calls; a name on PATH is often a link into an installation elsewhere.
  for (const char* name : {"python3", "python", "node"}) {
    if (const fs::path program = find_program(name); program.is_absolute())
      shown.add_with_installation(program);
  }
  return shown.take();
}

}  // namespace leanlab::agent

// Hidden is more than the evaluator: whoever sees another lab's book, or this one's, sees scores that were not given to it.
#include "metric/reach.h"

#include <algorithm>
#include <cstdlib>

#include "lab/interpreter.h"

namespace leanlab::metric {

namespace {

/// A path that none of `paths` holds already.
void add(std::vector<std::string>& paths, const fs::path& path) {
  std::error_code error;
  const std::string text = path.lexically_normal().string();
  if (!path.is_absolute() || !fs::exists(path, error)) return;
  const bool held = std::any_of(paths.begin(), paths.end(), [&](const std::string& above) {
    return (text + "/").starts_with(above + "/");
  });
  if (!held) paths.push_back(text);
}

/// A project that is somebody's home, or above it, shows more than a project.
bool is_too_wide(const fs::path& root) {
  const char* home = std::getenv("HOME");
  return root == root.root_path() ||
         (home != nullptr &&
          (fs::path(home).lexically_normal().string() + "/").starts_with(root.string() + "/"));
}

bool is_system(const fs::path& path) {
  const std::string text = path.string();
  return text.starts_with("/usr/") || text.starts_with("/bin/") || text.starts_with("/lib");
}

}  // namespace

void set_reach(const Session& session, agent::TurnRequest& request) {
  const fs::path root = session.project.root;
  if (!is_too_wide(root)) add(request.readable, root);
  for (const fs::path& hidden : {root / ".leanlab", session.place.state, session.place.folder})
    add(request.hidden, hidden);
  for (const lab::SealedFile& file : session.seal.files) {
    const fs::path path(file.path);
    add(request.hidden, path.is_absolute() ? path : session.place.folder / path);
  }
  for (const std::string& data : session.config.data) {
    const fs::path path(data);
    add(request.hidden, path.is_absolute() ? path : session.place.folder / path);
  }
  for (const std::string& shown : session.config.sandbox.read)
    add(request.readable, session.place.folder / shown);
  for (const std::string& hidden : session.config.sandbox.hide)
    add(request.hidden, session.place.folder / hidden);
  if (session.config.validate_cmd.empty()) return;
  const auto command =
      lab::resolve_command(session.config.validate_cmd, request.suggested_file, session.place.folder);
  if (!command || !command->interpreter) return;
  const lab::Interpreter& python = *command->interpreter;
  for (const std::string& path : {python.prefix, python.base_prefix}) {
    if (!is_system(path + "/")) add(request.readable, path);
  }
  for (const std::string& path : python.search_path) {
    if (!is_system(path)) add(request.readable, path);
  }
}

}  // namespace leanlab::metric

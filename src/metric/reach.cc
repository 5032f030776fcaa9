// Hidden is more than the evaluator: whoever sees another lab's book, or this one's, sees scores that were not given to it.
#include "metric/reach.h"

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"
#include "lab/config_sandbox.h"
#include "lab/interpreter.h"
#include "lab/user_folders.h"

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

/// Where a link leads is hidden as well.
void hide(std::vector<std::string>& hidden, const fs::path& path) {
  std::error_code error;
  add(hidden, path);
  if (const fs::path real = fs::canonical(path, error); !error) add(hidden, real);
}

/// What is named itself, though it may be held already: a program must not be one of these.
void name(std::vector<std::string>& paths, const fs::path& path) {
  std::error_code error;
  const std::string text = path.lexically_normal().string();
  if (path.is_absolute() && fs::exists(path, error) &&
      std::find(paths.begin(), paths.end(), text) == paths.end())
    paths.push_back(text);
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

/// Labs that lie beside one which was named by its path.
std::vector<fs::path> other_labs_beside(const fs::path& lab) {
  std::vector<fs::path> labs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(lab.parent_path(), error)) {
    if (fs::exists(entry.path() / "lab.json", error)) labs.push_back(entry.path());
  }
  return labs;
}

/// What is hidden, and the user's private places. Not the history: tools of honest agents ask git where they are.
void watch(const lab::Project& project, agent::TurnRequest& request) {
  request.watched = lab::private_places();
  for (const std::string& hidden : request.hidden) {
    if (fs::path(hidden).filename() != ".git") request.watched.push_back(hidden);
  }
  request.watched.push_back(project.state.string());
}

}  // namespace

void set_reach(const lab::Project& project, agent::TurnRequest& request) {
  if (!is_too_wide(project.root)) add(request.readable, project.root);
  // What is hidden may stand in an older commit.
  for (const fs::path& hidden : {project.home, project.state, project.root / ".git"})
    hide(request.hidden, hidden);
  watch(project, request);
}

std::vector<std::string> kept_from_experiments(const Session& session) {
  std::vector<std::string> kept = lab::private_places();
  for (const fs::path& place :
       {session.project.home, session.project.state, session.place.state, session.place.folder})
    hide(kept, place);
  for (const fs::path& other : other_labs_beside(session.place.folder)) hide(kept, other);
  return kept;
}

namespace {

/// "the worker (claude) tried to open /…/evaluation.py and 3 other files, which are kept from it"; empty: it tried none.
std::string kept_files(const lab::TurnRecord& record) {
  std::size_t files = 0;
  std::string first;
  for (const agent::Denied& denied : record.denied) {
    if (!denied.what.starts_with("open ") && !denied.what.starts_with("change ")) continue;
    if (++files == 1) first = denied.what;
  }
  if (files == 0) return {};
  return fmt::format(
      "the {} ({}) tried to {}{} kept from it", record.role, record.agent, first,
      files == 1 ? ", which is" : fmt::format(" and {}, which are", plural(files - 1, "other file")));
}

}  // namespace

std::vector<std::string> refusals(const lab::TurnRecord& record) {
  std::vector<std::string> told;
  if (std::string files = kept_files(record); !files.empty()) told.push_back(std::move(files));
  for (const agent::Denied& denied : record.denied) {
    const bool connection = denied.what.starts_with("connection to ");
    if (!connection && !denied.what.starts_with("socket (inet")) continue;
    told.push_back(fmt::format("the {} ({}) was refused a {}{}", record.role, record.agent, denied.what,
                               connection ? " (sandbox.network in lab.json allows hosts)" : ""));
  }
  return told;
}

void set_reach(const Session& session, agent::TurnRequest& request) {
  set_reach(session.project, request);
  request.writable = session.agent_folders;
  request.hosts = session.config.sandbox.network;
  for (const fs::path& hidden : {session.place.state, session.place.folder}) hide(request.hidden, hidden);
  for (const fs::path& other : other_labs_beside(session.place.folder)) hide(request.hidden, other);
  if (const auto words = split_command(session.config.eval_cmd)) {
    for (const std::string& word : *words) {
      std::error_code error;
      const fs::path file = session.place.folder / word;
      if (word.starts_with('/') || !fs::is_regular_file(file, error)) continue;
      name(request.hidden, file);
    }
  }
  for (const lab::SealedFile& file : session.seal.files) {
    const fs::path path(file.path);
    hide(request.hidden, path.is_absolute() ? path : session.place.folder / path);
  }
  for (const std::string& data : session.config.data) {
    const fs::path path(lab::lab_path(session.place.folder, data));
    hide(request.hidden, path);
  }
  for (const std::string& shown : session.config.sandbox.read) {
    const std::string path = lab::lab_path(session.place.folder, shown);
    add(request.readable, path);
  }
  for (const std::string& hidden : session.config.sandbox.hide)
    hide(request.hidden, session.place.folder / hidden);
  watch(session.project, request);
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

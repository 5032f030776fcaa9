// Making the private copy that a Worker gets.
#include "metric/workspace.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <sys/stat.h>

namespace leanlab::metric {

namespace {
constexpr std::size_t k_memory = 5;

Status copy_if_there(const fs::path& from, const fs::path& to) {
  if (!fs::exists(from)) return {};
  return copy_for_agent(from, to);
}
}  // namespace

Status copy_for_agent(const fs::path& from, const fs::path& to) {
  TRY(copy_tree(from, to));
  // The files of a locked lab are read-only; in its own copy an agent may do as it likes.
  std::error_code error;
  const auto open_up = [&](const fs::path& path) {
    if (!fs::is_symlink(path, error))
      fs::permissions(path, fs::perms::owner_write, fs::perm_options::add, error);
  };
  open_up(to);
  for (fs::recursive_directory_iterator it(to, error), end; !error && it != end; it.increment(error))
    open_up(it->path());
  return {};
}

Result<Material> pick(const Session& session) {
  Material material;
  TRY_ASSIGN(material.parent, session.book->champion());
  TRY_ASSIGN(material.inspirations,
             session.book->query({.limit = k_memory, .order = lab::Query::Order::best}));
  return material;
}

fs::path sample_file(const Session& session) {
  const fs::path folder = session.place.folder / session.config.experiments_dir;
  const auto names = list_directory(folder);
  if (!names) return {};
  const auto found = std::find_if(names->begin(), names->end(),
                                  [](const std::string& name) { return fs::path(name).stem() == "sample"; });
  return found == names->end() ? fs::path() : folder / *found;
}

Status bring(const Session& session, const lab::Experiment& experiment, const fs::path& target) {
  if (fs::exists(target)) return {};
  if (!experiment.sha256.empty() && session.book->blobs().contains(experiment.sha256)) {
    TRY_ASSIGN(const std::string bytes, session.book->blobs().get(experiment.sha256));
    return write_file(target, bytes);
  }
  return copy_if_there(session.place.folder / experiment.file,
                       target);  // an imported row: only its file is there
}

Result<Workspace> make_workspace(Session& session, const Material& material, std::uint64_t attempt) {
  Workspace workspace;
  workspace.folder = session.place.state / "work" / std::to_string(attempt);
  const fs::path experiments = workspace.folder / session.config.experiments_dir;
  TRY(remove_tree(workspace.folder));
  TRY(make_directories(experiments));
  TRY_ASSIGN(const auto names, list_directory(session.place.folder));
  for (const std::string& name : names) {
    const bool wanted = name == "task.md" || name == "README.md" || name == "Director_Notes.md" ||
                        name == "Critic_Feedback.md" || fs::path(name).stem() == "validate";
    if (wanted) TRY(copy_if_there(session.place.folder / name, workspace.folder / name));
  }
  // What candidates may read is an agent's to see as well: validators and kernels may need it.
  for (const std::string& path : session.config.sandbox.read) {
    const fs::path inside = fs::path(path).lexically_normal();
    if (inside.is_absolute() || inside.empty() || *inside.begin() == ".." || *inside.begin() == ".") continue;
    if (fs::exists(workspace.folder / inside)) continue;
    TRY(make_directories((workspace.folder / inside).parent_path()));
    TRY(copy_if_there(session.place.folder / inside, workspace.folder / inside));
  }
  const fs::path sample = sample_file(session);
  if (!sample.empty()) TRY(copy_for_agent(sample, experiments / sample.filename()));
  for (const lab::Experiment& experiment : material.inspirations)
    TRY(bring(session, experiment, experiments / fs::path(experiment.file).filename()));
  fs::path parent = sample;
  if (material.parent) {
    const fs::path brought = experiments / fs::path(material.parent->file).filename();
    TRY(bring(session, *material.parent, brought));
    if (fs::exists(brought)) parent = brought;
  }
  if (!parent.empty())
    workspace.parent_file = (fs::path(session.config.experiments_dir) / parent.filename()).string();
  workspace.suggested_file =
      (fs::path(session.config.experiments_dir) / session.free_name(parent.extension().string())).string();
  TRY_ASSIGN(workspace.before, list_directory(experiments));
  return workspace;
}

// Of several, the one that was asked for, else the one written last; a folder stands for the files in it.
std::string new_file(const Workspace& workspace, const std::string& experiments_dir) {
  const fs::path experiments = workspace.folder / experiments_dir;
  const auto names = list_directory(experiments);
  if (!names) return {};
  std::vector<fs::path> fresh;
  for (const std::string& name : *names) {
    if (std::binary_search(workspace.before.begin(), workspace.before.end(), name) || name.starts_with('.') ||
        name == "__pycache__")
      continue;
    std::error_code error;
    if (!fs::is_directory(fs::symlink_status(experiments / name, error))) {
      fresh.push_back(experiments / name);
      continue;
    }
    for (fs::recursive_directory_iterator it(experiments / name, error), end; !error && it != end;
         it.increment(error)) {
      if (fs::is_regular_file(it->symlink_status(error))) fresh.push_back(it->path());
    }
  }
  if (fresh.empty()) return {};
  const auto written = [](const fs::path& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return std::pair<std::int64_t, std::int64_t>{};
    return std::pair<std::int64_t, std::int64_t>{status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  };
  const auto asked = std::find(fresh.begin(), fresh.end(), workspace.folder / workspace.suggested_file);
  const auto chosen = asked != fresh.end()
                          ? asked
                          : std::max_element(fresh.begin(), fresh.end(), [&](const auto& a, const auto& b) {
                              return written(a) < written(b);
                            });
  return chosen->lexically_relative(workspace.folder).string();
}

}  // namespace leanlab::metric

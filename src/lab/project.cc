// Finding the project, its labs and its state; keeping the state out of git.
#include "lab/project.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <sys/stat.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"

namespace leanlab::lab {

namespace {

constexpr std::array k_reserved{"state", "worktrees", "locks", "events"};

bool path_exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}
bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}
bool is_lab(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "lab.json", error);
}

/// Absolute, links resolved where they exist, no slash at the end.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  fs::path absolute = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error || absolute.empty()) absolute = fs::absolute(path, error).lexically_normal();
  if (!absolute.has_filename() && absolute.has_relative_path()) absolute = absolute.parent_path();
  return absolute;
}

/// The nearest folder from `start` upwards that holds `entry`, or empty.
fs::path upwards(const fs::path& start, const char* entry, bool (*test)(const fs::path&)) {
  for (fs::path folder = start;; folder = folder.parent_path()) {
    if (test(folder / entry)) return folder;
    if (!folder.has_relative_path()) return {};
  }
}

std::string why_no_name(const std::string& name) {
  if (name.empty()) return "it is empty";
  if (name.size() > 200) return "it is longer than 200 bytes";
  if (name.find('/') != std::string::npos || name.find('\\') != std::string::npos) return "it holds a slash";
  if (name.front() == '.') return "it begins with a dot";
  if (name.front() == '-') return "it begins with a dash, like a flag";
  if (trim(name) != name) return "it begins or ends with a blank";
  if (repair_utf8(name) != name) return "it is not valid UTF-8";
  if (printable(name) != name) return "it holds a control character";
  if (std::find(k_reserved.begin(), k_reserved.end(), name) != k_reserved.end())
    return "that is a folder of leanlab's own";
  return {};
}

/// A lab that lies elsewhere than in this project's `.leanlab`.
Place foreign_place(const Project& project, const fs::path& folder) {
  Place place{folder.filename().string(), folder, {}};
  const fs::path home = folder.parent_path();
  const bool default_state = project.state == project.home / "state";
  if (home.filename() == ".leanlab" && default_state) {
    place.state = home / "state" / "labs" / place.name;
  } else {
    // Two folders of one name must not share a book.
    place.state = project.state / "labs" / (place.name + "-" + sha256_hex(folder.string()).substr(0, 8));
  }
  return place;
}

tl::unexpected<Error> no_such_lab(const Project& project, const std::string& asked) {
  const std::string shown = clip(printable(asked), 60);
  if (is_folder(project.home / asked) && !asked.empty() && asked.find('/') == std::string::npos) {
    return fail(Error(ErrorCode::not_found, fmt::format("the folder {} is no lab: it has no lab.json",
                                                        (project.home / asked).string()))
                    .then("leanlab list"));
  }
  const std::vector<std::string> names = lab_names(project);
  const std::string near = nearest(asked, names);
  std::string message = fmt::format("there is no lab \"{}\" in {}", shown, project.home.string());
  if (!near.empty()) message += fmt::format("; did you mean \"{}\"?", near);
  return fail(Error(ErrorCode::not_found, message)
                  .then(names.empty() ? "leanlab init matmul --template matmul" : "leanlab list"));
}

/// Git's common folder of a work tree: `.git`, or where the file `.git` of a worktree or submodule points.
fs::path git_folder(const fs::path& top) {
  const fs::path entry = top / ".git";
  if (is_folder(entry)) return entry;
  const auto text = read_file(entry, 4096);
  if (!text || !text->starts_with("gitdir:")) return {};
  const fs::path folder = (top / std::string(trim(std::string_view(*text).substr(7)))).lexically_normal();
  const auto common = read_file(folder / "commondir", 4096);
  return common ? (folder / std::string(trim(*common))).lexically_normal() : folder;
}

/// A path as a pattern of gitignore(5): anchored, special characters escaped.
std::string ignore_pattern(const fs::path& relative) {
  std::string pattern = "/";
  for (const char c : relative.generic_string()) {
    if (std::string_view("\\*?[ #!").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + "/";
}

Status add_missing_lines(const fs::path& file, const std::vector<std::string>& wanted) {
  std::string text;
  if (path_exists(file)) {
    TRY_ASSIGN(text, read_file(file, 16u << 20));
  }
  const std::vector<std::string_view> lines = split_lines(text);
  std::string more;
  for (const std::string& line : wanted) {
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) more += line + "\n";
  }
  if (more.empty()) return {};
  if (!text.empty() && text.back() != '\n') text += '\n';
  TRY(make_directories(file.parent_path()));
  return write_file(file, text + more);
}

/// Git's exclude file is a courtesy: where it cannot be written, a warning is enough.
void keep_out_of_git(const Project& project) {
  const fs::path top = upwards(project.root, ".git", path_exists);
  if (top.empty()) return;
  const fs::path folder = git_folder(top);
  if (folder.empty()) return;
  std::vector<std::string> lines;
  for (const fs::path& path : {project.home / "state", project.home / "worktrees", project.state}) {
    const fs::path relative = path.lexically_relative(top);
    if (relative.empty() || *relative.begin() == "..") continue;
    const std::string line = ignore_pattern(relative);
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  }
  if (const auto done = add_missing_lines(folder / "info" / "exclude", lines); !done)
    log_warning("the state folder could not be kept out of git: {}", one_line(done.error()));
}

/// A state folder elsewhere serves one project: two would mix their books.
Status claim_state(const Project& project) {
  if (project.state == project.home / "state") return {};
  const fs::path mark = project.state / "project";
  if (path_exists(mark)) {
    TRY_ASSIGN(const std::string text, read_file(mark, 1u << 16));
    const fs::path owner(std::string(trim(text)));
    if (owner == project.root || !is_folder(owner / ".leanlab")) return {};
    return fail(Error(ErrorCode::misconfigured, fmt::format("the state folder {} belongs to the project {}",
                                                            project.state.string(), owner.string()))
                    .then("name another folder with --state-dir or LEANLAB_STATE_DIR"));
  }
  return write_file(mark, project.root.string() + "\n");
}

}  // namespace

Project find_project(const fs::path& start, const fs::path& state_dir) {
  const fs::path from = resolved(start);
  Project project;
  project.root = upwards(from, ".leanlab", is_folder);
  if (project.root.empty()) project.root = upwards(from, ".git", path_exists);
  if (project.root.empty()) project.root = from;
  project.home = project.root / ".leanlab";
  project.state = state_dir.empty() ? project.home / "state" : resolved(state_dir);
  return project;
}

std::vector<std::string> lab_names(const Project& project) {
  std::vector<std::string> names;
  const auto entries = list_directory(project.home);
  if (!entries) return names;
  for (const std::string& entry : *entries) {
    if (why_no_name(entry).empty() && is_lab(project.home / entry)) names.push_back(entry);
  }
  return names;
}

Result<Place> place_of(const Project& project, const std::string& name) {
  if (const std::string why = why_no_name(name); !why.empty()) {
    return fail(Error(ErrorCode::usage,
                      fmt::format("\"{}\" cannot be the name of a lab: {}", clip(printable(name), 60), why))
                    .then("choose a folder name such as digits"));
  }
  return Place{name, project.home / name, project.state / "labs" / name};
}

Result<Place> find_lab(const Project& project, const std::string& name_or_path) {
  std::string asked = name_or_path;
  while (asked.size() > 1 && asked.back() == '/') asked.pop_back();
  if (why_no_name(asked).empty() && is_lab(project.home / asked)) return place_of(project, asked);
  const bool may_be_path =
      asked.find('/') != std::string::npos || asked == "." || asked == ".." || is_lab(asked);
  if (!may_be_path) return no_such_lab(project, asked);
  const std::vector<fs::path> folders{resolved(asked), resolved(project.root / asked)};
  const auto found = std::find_if(folders.begin(), folders.end(), is_lab);
  if (found == folders.end()) return no_such_lab(project, name_or_path);
  if (found->parent_path() == project.home) return place_of(project, found->filename().string());
  if (const std::string why = why_no_name(found->filename().string()); !why.empty())
    return fail(ErrorCode::usage, "the folder {} cannot be a lab: its name does not do, {}", found->string(),
                why);
  return foreign_place(project, *found);
}

Status prepare_state(const Project& project) {
  // A folder that the user has made elsewhere keeps its permissions: others may have their things in it.
  const bool ours = project.state == project.home / "state" || !path_exists(project.state);
  TRY(make_directories(project.state), "making the state folder");
  if (ours && ::chmod(project.state.c_str(), 0700) != 0 && errno != EPERM)
    return fail(errno_error(errno, fmt::format("cannot make {} private", project.state.string())));
  TRY(claim_state(project));
  keep_out_of_git(project);
  return {};
}

Result<fs::path> bundled_labs() {
  const auto holds_labs = [](const fs::path& folder) {
    const auto entries = list_directory(folder);
    return entries && std::any_of(entries->begin(), entries->end(),
                                  [&](const std::string& entry) { return is_lab(folder / entry); });
  };
  // Installed: <prefix>/bin/leanlab and <prefix>/share/leanlab/labs. Build tree: build/dev/… in the sources.
  for (fs::path folder = executable_path().parent_path();; folder = folder.parent_path()) {
    for (const fs::path& candidate : {folder / "share" / "leanlab" / "labs", folder / "labs"}) {
      if (holds_labs(candidate)) return candidate;
    }
    if (!folder.has_relative_path()) break;
  }
  return fail(Error(ErrorCode::misconfigured,
                    fmt::format("the bundled labs are not found beside {}", executable_path().string()))
                  .then("install leanlab again, with its share folder"));
}

}  // namespace leanlab::lab

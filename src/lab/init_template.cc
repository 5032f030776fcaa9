// Copying a bundled lab: to a temporary sibling first, then one rename.
#include "lab/init_template.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/strings.h"
#include "lab/config.h"

namespace leanlab::lab {

namespace {

/// Installed files are read-only; a lab is the user's to change.
Status make_writable(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> all{folder};
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!it->is_symlink(error)) all.push_back(it->path());
  }
  for (const fs::path& path : all) {
    if (!error)
      fs::permissions(path, fs::perms::owner_write | fs::perms::owner_read, fs::perm_options::add, error);
  }
  if (error) return fail(errno_error(error.value(), fmt::format("cannot make {} writable", folder.string())));
  return {};
}

Status fill(const fs::path& source, const fs::path& target, const std::string& name) {
  TRY_ASSIGN(const auto entries, list_directory(source));
  for (const std::string& entry : entries) {
    if (entry == "__pycache__") continue;
    TRY(copy_tree(source / entry, target / entry));
  }
  TRY(make_writable(target));
  TRY_ASSIGN(const std::string text, read_file(target / "lab.json"));
  return write_file(target / "lab.json", with_name(text, name), Durability::fsynced);
}

Result<fs::path> find_bundled(const std::string& from, const std::string& name) {
  TRY_ASSIGN(const fs::path folder, bundled_labs());
  TRY_ASSIGN(const auto labs, list_bundled_labs());
  std::vector<std::string> names;
  for (const BundledLab& lab : labs) names.push_back(lab.name);
  if (std::find(names.begin(), names.end(), from) != names.end()) return folder / from;
  const std::string near = nearest(from, names);
  return fail(
      Error(ErrorCode::not_found,
            fmt::format("there is no bundled lab \"{}\"; there are {}{}", clip(printable(from), 60),
                        fmt::join(names, ", "), near.empty() ? "" : "; did you mean \"" + near + "\"?"))
          .then(fmt::format("leanlab init {} --template {}", join_command(std::vector<std::string>{name}),
                            near.empty() ? names.front() : near)));
}

}  // namespace

std::string with_name(const std::string& text, const std::string& name) {
  auto value = parse_json(text);
  if (!value || !value->is_object()) return text;
  if (value->contains("name") && value->at("name").is_string()) {
    const std::string old = to_line(value->at("name"));
    const std::size_t key = text.find("\"name\"");
    const std::size_t at = key == std::string::npos ? key : text.find(old, key + 6);
    if (at != std::string::npos && trim(std::string_view(text).substr(key + 6, at - key - 6)) == ":")
      return std::string(text).replace(at, old.size(), to_line(Json(name)));
  }
  (*value)["name"] = name;
  return to_pretty(*value);
}

Result<std::vector<BundledLab>> list_bundled_labs() {
  TRY_ASSIGN(const fs::path folder, bundled_labs());
  TRY_ASSIGN(const auto entries, list_directory(folder));
  std::vector<BundledLab> labs;
  for (const std::string& entry : entries) {
    std::error_code error;
    if (entry.starts_with('.') || !fs::is_regular_file(folder / entry / "lab.json", error)) continue;
    const auto config = load_config(folder / entry);
    labs.push_back({entry, config ? config->description : ""});
  }
  return labs;
}

Result<Place> init_from_template(const Project& project, const std::string& name, const std::string& from) {
  TRY_ASSIGN(Place place, place_of(project, name));
  TRY_ASSIGN(const fs::path source, find_bundled(from, name));
  std::error_code error;
  if (fs::exists(fs::symlink_status(place.folder, error))) {
    return fail(
        Error(ErrorCode::usage, fmt::format("there is already something at {}", place.folder.string()))
            .then("choose another name"));
  }
  const bool first = !fs::exists(project.home, error);
  const auto made = [&]() -> Status {
    TRY(make_directories(project.home));
    TRY_ASSIGN(const TempDirectory fresh, TempDirectory::make(project.home, ".new-"));
    TRY(fill(source, fresh.path(), name), "copying the bundled lab {}", from);
    ::chmod(fresh.path().c_str(), 0755);
    TRY(prepare_state(project));
    // Fails where a folder with files has come to stand there meanwhile.
    fs::rename(fresh.path(), place.folder, error);
    if (error) return fail(errno_error(error.value(), fmt::format("cannot make {}", place.folder.string())));
    return sync_directory(project.home);
  }();
  if (!made) {
    if (first) static_cast<void>(remove_tree(project.home));
    return fail(made.error());
  }
  return place;
}

}  // namespace leanlab::lab

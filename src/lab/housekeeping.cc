// Removing and renaming: whole folders move with one rename each. A renaming is noted before it begins, and the next command
// of whatever kind finishes one that was cut off.
#include "lab/housekeeping.h"

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/crash_point.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/strings.h"
#include "lab/anchorage.h"
#include "lab/book.h"
#include "lab/config.h"
#include "lab/init_template.h"

namespace leanlab::lab {

namespace {

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

Status move_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    return fail(errno_error(error.value(), fmt::format("cannot move {} to {}", from.string(), to.string())));
  return {};
}

/// A name in the archive that sorts by time and is free.
fs::path archive_place(const fs::path& folder, const std::string& name, const Clock& clock) {
  const std::string base = name + "-" + replace_all(iso8601(clock.now()), ":", "");
  fs::path place = folder / base;
  for (int i = 2; is_there(place); ++i) place = folder / fmt::format("{}-{}", base, i);
  return place;
}

fs::path renaming_folder(const Project& project) {
  return project.state / "renaming";
}

/// All steps of a renaming; each may have been done before.
Status finish_rename(const Place& from, const Place& to) {
  if (is_there(from.state) && !is_there(to.state)) TRY(move_folder(from.state, to.state));
  crash_point("rename.state_moved");
  if (is_there(from.folder) && !is_there(to.folder)) TRY(move_folder(from.folder, to.folder));
  crash_point("rename.folder_moved");
  TRY(Anchorage(from, system_clock()).move(to.state));
  TRY_ASSIGN(const std::string text, read_file(to.folder / "lab.json"));
  TRY(write_file(to.folder / "lab.json", with_name(text, to.name), Durability::fsynced));
  // Rows of results.jsonl name their lab.
  if (!is_there(to.state / "ledger.jsonl")) return {};
  TRY_ASSIGN(const Config config, load_config(to.folder));
  TRY(rebuild_book(to, config, system_clock()), "writing the rows of {} anew", to.name);
  return {};
}

}  // namespace

Result<fs::path> remove_lab(const Project& project, const Place& place, const Clock& clock) {
  fs::path archived;
  if (is_there(place.state)) {
    const fs::path folder = project.state / "archive";
    TRY(make_directories(folder));
    archived = archive_place(folder, place.name, clock);
    TRY(Anchorage(place, clock).retire("removed"));
    TRY(move_folder(place.state, archived), "archiving the ledger of {}", place.name);
    TRY(sync_directory(folder));
  }
  TRY(remove_tree(place.folder), "removing {}", place.folder.string());
  return archived;
}

Result<Place> rename_lab(const Project& project, const Place& place, const std::string& name) {
  TRY_ASSIGN(const Place renamed, place_of(project, name));
  if (is_there(renamed.folder) || is_there(renamed.state)) {
    return fail(
        Error(ErrorCode::usage, fmt::format("the name {} is taken", name)).then("choose another name"));
  }
  TRY(load_config(place.folder));  // what cannot be read would stop it half-way
  const fs::path note = renaming_folder(project) / (place.name + ".json");
  TRY(make_directories(note.parent_path()));
  TRY_ASSIGN(const FileLock working, FileLock::take(fs::path(note) += ".lock"));
  TRY(write_file(note, to_line(Json{{"version", 1}, {"from", place.name}, {"to", name}}),
                 Durability::fsynced));
  crash_point("rename.noted");
  TRY(finish_rename(place, renamed));
  TRY(remove_tree(note));
  return renamed;
}

Status finish_renames(const Project& project) {
  const fs::path folder = renaming_folder(project);
  if (!is_there(folder)) return {};
  TRY_ASSIGN(const auto names, list_directory(folder));
  for (const std::string& name : names) {
    const fs::path note = folder / name;
    if (note.extension() != ".json") continue;
    const auto working = FileLock::try_take(fs::path(note) += ".lock");
    if (!working || !is_there(note)) continue;  // it is being renamed at this moment, or was
    TRY_ASSIGN(const Json told, read_json(note.string()));
    const bool whole = told.is_object() && told.contains("from") && told["from"].is_string() &&
                       told.contains("to") && told["to"].is_string();
    if (!whole) return fail(ErrorCode::integrity, "{} is no note of a renaming", note.string());
    TRY_ASSIGN(const Place from, place_of(project, told["from"].get<std::string>()));
    TRY_ASSIGN(const Place to, place_of(project, told["to"].get<std::string>()));
    TRY(finish_rename(from, to), "finishing the renaming of {} to {}, which was cut off", from.name, to.name);
    TRY(remove_tree(note));
  }
  return {};
}

}  // namespace leanlab::lab

// Removing and renaming: whole folders move with one rename each, so that no half is ever seen.
#include "lab/housekeeping.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/strings.h"
#include "lab/anchorage.h"
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
  TRY_ASSIGN(const std::string text, read_file(place.folder / "lab.json"));
  if (is_there(place.state)) TRY(move_folder(place.state, renamed.state));
  if (const Status moved = move_folder(place.folder, renamed.folder); !moved) {
    if (is_there(renamed.state)) TRY(move_folder(renamed.state, place.state));
    return fail(moved.error());
  }
  TRY(Anchorage(place, system_clock()).move(renamed.state));
  TRY(write_file(renamed.folder / "lab.json", with_name(text, name), Durability::fsynced));
  return renamed;
}

}  // namespace leanlab::lab

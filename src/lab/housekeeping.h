// Housekeeping: removing and renaming a lab. Its ledger is never deleted.
#pragma once

#include <filesystem>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "lab/project.h"

namespace leanlab::lab {

/// Moves the lab's state to `<state>/archive/<name>-<time>` and deletes its folder. The caller holds the lab's lock.
/// Returns where the ledger is now, or an empty path where there was no state. Errors: io, no_space.
[[nodiscard]] Result<std::filesystem::path> remove_lab(const Project& project, const Place& place,
                                                       const Clock& clock);

/// Gives folder, state, lab.json and the rows of results.jsonl the name `name`. The caller holds the lab's lock.
/// Errors: usage (the name is taken or cannot be one), misconfigured (lab.json cannot be read), io, no_space.
[[nodiscard]] Result<Place> rename_lab(const Project& project, const Place& place, const std::string& name);

/// Finishes renamings that a crash cut off; costs one stat(2) where there is none. Errors: io, no_space, integrity.
[[nodiscard]] Status finish_renames(const Project& project);

}  // namespace leanlab::lab

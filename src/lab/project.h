// Project: where things are. The root, its labs, and the engine's own state folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace leanlab::lab {

struct Project {
  std::filesystem::path root;   ///< absolute
  std::filesystem::path home;   ///< <root>/.leanlab
  std::filesystem::path state;  ///< <home>/state, or what --state-dir says
};

/// A lab's places. It may not exist yet.
struct Place {
  std::string name;
  std::filesystem::path folder;  ///< the user's files
  std::filesystem::path state;   ///< <state>/labs/<name>: ledger, database, blobs, seals, logs, work
};

/// The nearest folder from `start` upwards with `.leanlab/`, else git's top level, else `start`.
/// `state_dir` (from --state-dir or LEANLAB_STATE_DIR) replaces the state folder when not empty.
[[nodiscard]] Project find_project(const std::filesystem::path& start,
                                   const std::filesystem::path& state_dir);

/// Folders of `.leanlab/` that hold a lab.json, sorted.
[[nodiscard]] std::vector<std::string> lab_names(const Project& project);

/// The place of a lab given by name or by path. Errors: not_found with a suggestion and the next command.
[[nodiscard]] Result<Place> find_lab(const Project& project, const std::string& name_or_path);
/// The place that a lab of this name has or would have. Errors: usage (a name that cannot be one).
[[nodiscard]] Result<Place> place_of(const Project& project, const std::string& name);

/// Makes `.leanlab/state` (0700) and keeps state/ and worktrees/ out of git through .git/info/exclude.
/// Errors: io, no_space.
[[nodiscard]] Status prepare_state(const Project& project);

/// The folder of the bundled labs: beside the installed binary or in the build tree. Errors: misconfigured.
[[nodiscard]] Result<std::filesystem::path> bundled_labs();

}  // namespace leanlab::lab

// Intake: from a file that somebody wrote to bytes in the store. What is judged is the copy taken here.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "metric/session.h"

namespace leanlab::metric {

/// The largest experiment.
inline constexpr std::size_t k_max_experiment_bytes = 4u << 20;

/// A file that may become an experiment.
struct Intake {
  std::string bytes;
  std::string sha256;  ///< its blob is in the store
  std::string name;    ///< file name without folder
};

/// Reads `file`, which must lie inside `experiments` after resolving links: a regular file with one link, not too large, not
/// empty. Error goal_not_met: refused, with the reason as its message; io otherwise.
[[nodiscard]] Result<Intake> take_in(const Session& session, const std::filesystem::path& file,
                                     const std::filesystem::path& experiments);
/// Refused (goal_not_met) when the book or another attempt of this session has these bytes already and the lab does not allow that.
[[nodiscard]] Status refuse_duplicate(Session& session, const Intake& intake);

/// Writes the bytes into the lab's experiments folder, read-only, under `wanted` or, when that is taken, a free name.
/// Returns the path relative to the lab. Errors: io, no_space.
[[nodiscard]] Result<std::string> place_in_lab(Session& session, const Intake& intake,
                                               const std::string& wanted);
/// Replaces the file of a repaired experiment, or restores one from the store. Errors: io, no_space.
[[nodiscard]] Status replace_in_lab(const Session& session, const std::string& file,
                                    const std::string& bytes);

/// What an experiment says of itself: the first line of its docstring or first comment, clipped.
[[nodiscard]] std::string notes_of(const std::string& source);

}  // namespace leanlab::metric

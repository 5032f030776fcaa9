// KeptTurn: a turn on disk, from its start until what it made is in the book, so that a proposal that was paid for is not
// bought again after a crash. Format: `work/<name>.json` beside the turn's folder in the lab's state.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/result.h"
#include "lab/project.h"
#include "lab/tally.h"

namespace leanlab::metric {

/// The private copy of the lab in which a Worker writes.
struct Workspace {
  std::filesystem::path folder;  ///< removed with its attempt
  std::string parent_file;       ///< relative to folder; empty when the lab has neither experiment nor sample
  std::string suggested_file;    ///< relative to folder
  std::vector<std::string> before;  ///< names in the experiments folder when it was made
};

/// A Worker's turn that came to its end, and whose file nobody has taken in.
struct KeptTurn {
  Workspace workspace;
  std::string agent;   ///< as it describes itself
  std::string parent;  ///< id, or empty
  agent::Turn turn;    ///< without its transcript, which is a blob
  lab::TurnRecord record;
};

/// Where a turn in `folder` is noted.
[[nodiscard]] std::filesystem::path note_of(const std::filesystem::path& folder);
/// Notes that a turn is under way. Errors: io, no_space.
[[nodiscard]] Status note_start(const std::filesystem::path& note, const lab::TurnRecord& record);
/// Notes how a Worker's turn ended; on disk when it returns. Errors: io, no_space.
[[nodiscard]] Status note_end(const std::filesystem::path& note, const KeptTurn& kept);
/// What it made is in the book, or came to nothing.
[[nodiscard]] Status drop_note(const std::filesystem::path& note);

/// What a run that was cut off left behind.
struct LeftTurns {
  std::vector<KeptTurn> kept;
  std::vector<lab::TurnRecord> cut_off;  ///< under way when it ended: their cost is unknown
};
/// Sorts the work folder: kept turns get new names, all else is removed. Only while the lab's lock is held. Errors: io.
[[nodiscard]] Result<LeftTurns> sort_work(const lab::Place& place);

}  // namespace leanlab::metric

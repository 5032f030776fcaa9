// Sessions: turns of agents by their id, `s-…`, for `log` and `show`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/context.h"
#include "cli/labs.h"
#include "lab/tally.h"

namespace leanlab::cli {

/// A turn, and what the Director or the Critic did in it.
struct FoundTurn {
  OpenLab open;
  lab::TurnRecord turn;
  std::string ts;
  std::string file;                 ///< the file that it rewrote; empty: a Worker's turn
  std::string version;              ///< blob of that file; empty: it wrote nothing
  std::string refused;              ///< why it wrote nothing
  std::vector<std::string> undone;  ///< other files that it changed
};

/// "s-1f0c…" or "digits/s-1f0c…".
[[nodiscard]] bool is_turn_id(const std::string& id);
/// Looks through the ledgers. Errors: not_found, and those of open_lab.
[[nodiscard]] Result<FoundTurn> find_turn(const Context& context, const std::string& id);
/// The newest turns of a lab, oldest first.
[[nodiscard]] Result<std::vector<FoundTurn>> newest_turns(const Context& context, const OpenLab& open,
                                                          std::size_t most);

/// Lines for people, and the object for --json.
[[nodiscard]] std::string turn_text(const FoundTurn& found);
[[nodiscard]] Json turn_json(const FoundTurn& found);
/// A stored text of the turn's lab. Errors: integrity, io.
[[nodiscard]] Result<std::string> blob_of(const FoundTurn& found, const std::string& hash);

}  // namespace leanlab::cli

// LostState: what is left of a book whose state is gone (a fresh clone, `git clean -xfd`), and what a broken anchor means.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "lab/anchorage.h"
#include "lab/project.h"
#include "lab/results_file.h"

namespace leanlab::lab {

struct LostState {
  bool was_there = false;  ///< a ledger lay here, or wrote rows of results.jsonl
  std::string line;        ///< for people: what it was, with the last anchored head where one is found
};

/// For a lab that has no ledger. Errors: io (results.jsonl cannot be read).
[[nodiscard]] Result<LostState> find_lost_state(const Place& place, const ResultsFile& results,
                                                const Clock& clock);

/// The error for a ledger that is not the one that was anchored: exit 6, with the ways on.
[[nodiscard]] Error anchor_broken(const Place& place, const AnchorReport& report);

}  // namespace leanlab::lab

// Judging: under which contract a lab's experiments are judged, chosen once and told with its reason.
#pragma once

#include <string>

#include "base/interrupt.h"
#include "base/result.h"
#include "lab/config.h"
#include "lab/experiment.h"
#include "lab/project.h"
#include "lab/seal.h"

namespace leanlab::lab {

struct Judging {
  Level level = Level::in_process;
  std::string why;  ///< for a person: what decided it
};

/// The contract that lab.json names; for "auto" the one of the lock, else what was found before for this seal, else what
/// fits the evaluator: `isolated` when it uses leanlab_judge, `proxied` when the sample gets its score that way, else
/// `in-process`. Remembered in the lab's state, where that can be written to. Finding out runs the sample, for 30 s at
/// most, and once more in one process when it fails. Errors: misconfigured (the evaluator is not found), io.
[[nodiscard]] Result<Judging> choose_judging(const Place& place, const Config& config, const Seal& seal,
                                             const Interrupt& interrupt);

/// The lab's `experiments/sample.*`, relative to the lab; empty: there is none.
[[nodiscard]] std::string sample_of(const Place& place, const Config& config);

}  // namespace leanlab::lab

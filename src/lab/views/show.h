// The view of `leanlab show`: one experiment whole.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "lab/experiment.h"

namespace leanlab::lab {

/// What stands beside the experiment itself.
struct ShownExperiment {
  Experiment experiment;
  std::optional<Experiment> parent;   ///< where it is known
  std::optional<std::string> source;  ///< the file as it was judged
  std::optional<std::string> log;     ///< what the evaluator wrote
};

/// The Experiment of contract section 12 with `parent_value`, `gain` (better than the parent by, always > 0 when it
/// is better), `source` and `log_text`; null where unknown.
[[nodiscard]] Json show_view(const ShownExperiment& shown, agent::Direction direction);

}  // namespace leanlab::lab

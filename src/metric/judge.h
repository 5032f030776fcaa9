// Judge: validator and evaluator run on a stored experiment, and what they say of it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "lab/experiment.h"
#include "metric/session.h"

namespace leanlab::metric {

/// Validates and evaluates `experiment.file`, whose bytes have `experiment.sha256`, and fills in value, metrics, reason, log
/// and what was used. `on_phase` is told of validating, queued and judging. The verdict is invalid, tampered or (valid) pending.
/// Errors: interrupted, integrity (the seal is broken: the run must stop), misconfigured, io, no_space.
[[nodiscard]] Status judge(Session& session, lab::Experiment& experiment,
                           const std::function<void(lab::Phase)>& on_phase);

}  // namespace leanlab::metric

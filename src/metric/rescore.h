// Rescore: an experiment of the book judged again, as it was recorded, under today's seal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/result.h"
#include "lab/events.h"
#include "lab/experiment.h"
#include "lab/project.h"
#include "metric/session.h"

namespace leanlab::metric {

struct Rescored {
  lab::Experiment before;            ///< as it stands in the book
  lab::Experiment after;             ///< judged again; its verdict is pending when it has a value
  bool same_seal = false;            ///< else the two values do not compare
  std::optional<double> difference;  ///< after - before; none when one of them has no value
};

/// Judges the recorded bytes of experiment `number` again and records "rescored"; the book's verdict stays as it is. Takes
/// the lab's lock. Errors: those of a run; not_found (no such experiment), misconfigured (its bytes are not kept).
[[nodiscard]] Result<Rescored> rescore(const lab::Project& project, const lab::Place& place,
                                       std::uint64_t number, const std::string& driver,
                                       const lab::EventSink& sink, const Clock& clock,
                                       const Interrupt& interrupt);

/// Values compare only within one seal: a champion that was judged under another one is judged again before anything is
/// compared with it. Does nothing for imported rows, whose evaluator nobody knows. Errors: those of judge().
[[nodiscard]] Status rescore_champion(Session& session);

}  // namespace leanlab::metric

// Budget: from lab.json's caps and --usd to what this process may still spend.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/prices.h"
#include "base/result.h"
#include "lab/tally.h"
#include "metric/plan.h"
#include "metric/session.h"
#include "metric/team.h"
#include "metric/turns.h"

namespace leanlab::metric {

enum class UnknownCost { refused, allowed };

/// The caps of a run that starts now. The lab's budget counts all its runs, `plan.usd` this one.
[[nodiscard]] Caps caps_of(const Session& session, const Plan& plan, const lab::Tally& tally);
/// Refuses a cap in dollars for agents whose turns have no known price, unless that is allowed. Errors: misconfigured.
[[nodiscard]] Status check_prices(const Session& session, const Caps& caps, const Team& team,
                                  const agent::Prices& prices, UnknownCost unknown);
/// A cap in dollars that was raised since the last run is an act of the owner: recorded with its driver. Errors:
/// person_needed (an agent did it, and the user's configuration wants a person), io.
[[nodiscard]] Status record_lifting(Session& session, const lab::Tally& tally);
/// How many experiments the lab's budget still allows; none: no cap.
[[nodiscard]] std::optional<std::uint64_t> experiments_left(const Session& session, const lab::Tally& tally);

}  // namespace leanlab::metric

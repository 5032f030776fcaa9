// Caps, and whether they can be kept at all.
#include "metric/budget.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace leanlab::metric {

Caps caps_of(const Session& session, const Plan& plan, const lab::Tally& tally) {
  const lab::Budget& budget = session.config.budget;
  const double used = tally.spent.usd + tally.spent.assumed_usd;
  Caps caps;
  if (budget.usd) caps.usd = *budget.usd - used;
  if (plan.usd) caps.usd = std::min(caps.usd.value_or(*plan.usd), *plan.usd - (used - plan.usd_before));
  if (budget.tokens) {
    const std::uint64_t counted = tally.spent.tokens ? lab::total(*tally.spent.tokens) : 0;
    caps.tokens = *budget.tokens > counted ? *budget.tokens - counted : 0;
  }
  if (budget.hours) {
    const auto left = std::chrono::duration<double>(std::max(0.0, *budget.hours * 3600 - tally.run_seconds));
    caps.until = session.clock.steady() + std::chrono::duration_cast<std::chrono::milliseconds>(left);
  }
  return caps;
}

Status check_prices(const Session& session, const Caps& caps, const Team& team, const agent::Prices& prices,
                    UnknownCost unknown) {
  if (!caps.usd || unknown == UnknownCost::allowed) return {};
  const auto names = team.unpriced(prices);
  if (names.empty()) return {};
  return fail(
      Error(ErrorCode::misconfigured,
            fmt::format("a budget in dollars cannot be kept in {}: what a turn of {} costs is unknown",
                        session.place.name, fmt::join(names, ", ")))
          .then("put its price into your table (leanlab prices), or add --allow-unknown-cost"));
}

Status record_lifting(Session& session, const lab::Tally& tally) {
  const auto& now = session.config.budget.usd;
  const bool lifted = tally.budget_usd && (!now || *now > *tally.budget_usd);
  if (!lifted) return {};
  const std::string to = now ? fmt::format("${:.2f}", *now) : "no cap";
  if (session.config.owner_must_be_person && session.driver != "person") {
    return fail(
        Error(
            ErrorCode::person_needed,
            fmt::format("the budget of {} was raised from ${:.2f} to {}, which your configuration leaves to "
                        "a person",
                        session.place.name, *tally.budget_usd, to))
            .then("run it from a terminal, or put the budget back in lab.json"));
  }
  session.warn(fmt::format("the budget of {} was raised from ${:.2f} to {}", session.place.name,
                           *tally.budget_usd, to));
  return session.book->record_event("budget_lifted", Json{{"from_usd", *tally.budget_usd},
                                                          {"to_usd", now ? Json(*now) : Json(nullptr)},
                                                          {"driver", session.driver}});
}

std::optional<std::uint64_t> experiments_left(const Session& session, const lab::Tally& tally) {
  const auto& cap = session.config.budget.experiments;
  if (!cap) return std::nullopt;
  return *cap > tally.experiments ? *cap - tally.experiments : 0;
}

}  // namespace leanlab::metric

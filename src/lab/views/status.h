// The view of `leanlab status`: what is running, what it costs, what needs a person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "lab/experiment.h"
#include "lab/views/list.h"

namespace leanlab::lab {

/// One lab as `status` shows it.
struct LabStatus {
  ListedLab lab;
  std::uint64_t pending = 0;  ///< taken in and not judged yet: under way, or left by a run that ended
  std::uint64_t turns = 0;    ///< of agents that cost something, in the lab's whole life
  std::uint64_t unpriced_turns = 0;
  double known_cost_usd = 0;
  std::optional<double> cost_usd;  ///< of all turns; none: one is unknown
  std::optional<agent::Tokens> tokens;
  std::optional<double> budget_usd;
  std::optional<Experiment> last;   ///< the newest judged one
  std::vector<std::string> alerts;  ///< what needs a person, one sentence each, with the command
};

/// The alerts that follow from the state: a lab that cannot be read, an unlocked one with experiments, experiments
/// that a run left behind.
[[nodiscard]] std::vector<std::string> status_alerts(const LabStatus& status);
/// `{running: [name], labs: [{name, …as in list, pending, cost_usd, known_cost_usd, turns, unpriced_turns, tokens,
/// budget_usd, last, alerts}], alerts: n}`.
[[nodiscard]] Json status_view(const std::vector<LabStatus>& labs);

}  // namespace leanlab::lab

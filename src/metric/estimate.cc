// Means of recorded turns, multiplied.
#include "metric/estimate.h"

#include <algorithm>
#include <string_view>

#include "agent/ready.h"
#include "lab/tally.h"

namespace leanlab::metric {

namespace {

using Choices = std::vector<lab::AgentChoice>;

/// Who would play a role; empty: nobody.
Choices players(const std::string& role, const lab::Config& config,
                const std::map<std::string, std::string>& flags) {
  for (const std::string& key : {role, std::string()}) {
    if (const auto flag = flags.find(key); flag != flags.end()) return {{.spec = flag->second}};
  }
  if (const auto found = config.agents.find(role); found != config.agents.end()) return found->second;
  if (role == "worker") {
    const std::string ready = agent::ready_agent();
    return {{.spec = ready.empty() ? "tuner" : ready}};
  }
  Choices inherited = players("worker", config, flags);
  std::erase_if(inherited,
                [](const lab::AgentChoice& choice) { return choice.spec.starts_with("command:"); });
  return inherited;
}

bool is_free(const std::string& spec) {
  return spec == "tuner" || spec.starts_with("replay");
}

/// One role: `turns` turns, spread over its players by weight.
RoleEstimate role_estimate(const std::string& role, const Choices& choices, double turns,
                           const lab::Tally& tally) {
  RoleEstimate estimate;
  estimate.role = role;
  estimate.turns = turns;
  estimate.usd = 0;
  estimate.tokens = 0;
  double weights = 0;
  for (const lab::AgentChoice& choice : choices) weights += choice.weight;
  for (const lab::AgentChoice& choice : choices) {
    estimate.agents += (estimate.agents.empty() ? "" : ", ") + choice.spec;
    if (is_free(choice.spec)) continue;
    const auto found = tally.by_agent.find(role + " " + choice.spec);
    const lab::Spent past = found == tally.by_agent.end() ? lab::Spent() : found->second;
    estimate.basis += past.turns;
    const double share = turns * choice.weight / weights;
    const std::uint64_t priced = past.turns - past.unpriced;
    if (priced == 0)
      estimate.usd.reset();
    else if (estimate.usd)
      *estimate.usd += share * past.usd / static_cast<double>(priced);
    const std::uint64_t counted = past.turns - past.uncounted;
    if (counted == 0 || !past.tokens)
      estimate.tokens.reset();
    else if (estimate.tokens)
      *estimate.tokens +=
          share * static_cast<double>(lab::total(*past.tokens)) / static_cast<double>(counted);
  }
  return estimate;
}

}  // namespace

Result<Estimate> estimate_run(const lab::Place& place, const lab::Config& config,
                              const std::map<std::string, std::string>& agents, std::uint64_t experiments,
                              std::uint32_t parallel, const Clock& clock) {
  TRY_ASSIGN(const lab::Tally tally, lab::read_tally(place, clock));
  Estimate estimate;
  estimate.experiments = experiments;
  const auto count = static_cast<double>(experiments);
  // Repairs and fruitless turns are in the record: so many turns came to one experiment.
  double worker_turns = 0;
  for (const auto& [key, spent] : tally.by_agent)
    worker_turns += key.starts_with("worker ") ? static_cast<double>(spent.turns) : 0;
  const double per_experiment = tally.experiments > 0 && worker_turns > 0
                                    ? std::max(1.0, worker_turns / static_cast<double>(tally.experiments))
                                    : 1.0;
  const std::pair<const char*, double> roles[] = {
      {"worker", count * per_experiment},
      {"critic", config.critic_every > 0 ? count / config.critic_every : 0},
      {"director", config.director_every > 0 ? count / config.director_every : 0}};
  estimate.usd = 0;
  estimate.tokens = 0;
  for (const auto& [role, turns] : roles) {
    const Choices choices = players(role, config, agents);
    const bool costs =
        std::any_of(choices.begin(), choices.end(), [](const auto& choice) { return !is_free(choice.spec); });
    if (choices.empty() || turns <= 0 || (!costs && std::string_view(role) != "worker")) continue;
    RoleEstimate part = role_estimate(role, choices, turns, tally);
    estimate.needs_probe = estimate.needs_probe || (costs && part.basis == 0);
    estimate.usd = estimate.usd && part.usd ? std::optional(*estimate.usd + *part.usd) : std::nullopt;
    estimate.tokens =
        estimate.tokens && part.tokens ? std::optional(*estimate.tokens + *part.tokens) : std::nullopt;
    estimate.roles.push_back(std::move(part));
  }
  if (tally.experiments > 0) {
    const double each =
        (tally.spent.seconds + tally.evaluation_seconds) / static_cast<double>(tally.experiments);
    estimate.seconds = count * each / std::max(1u, parallel);
  }
  return estimate;
}

}  // namespace leanlab::metric

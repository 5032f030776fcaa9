// agents and budget of lab.json.
#include "lab/config_team.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace leanlab::lab {

namespace {

/// `{"backend": "claude", "model": "opus", "weight": 2}`.
Result<AgentChoice> read_object(ConfigSection agent, std::vector<std::string>& warnings) {
  AgentChoice choice;
  std::string model;
  TRY(agent.require("backend"));
  TRY(agent.text("backend", choice.spec, ConfigSection::Empty::refused));
  TRY(agent.text("model", model, ConfigSection::Empty::refused));
  TRY(agent.number("weight", 0.000001, 1e6, choice.weight));
  if (const Json* options = agent.member("options"); options != nullptr) {
    if (!options->is_object())
      return agent.wrong("options", fmt::format("\"{}\" must be an object", agent.shown_name("options")));
    if (!options->empty()) choice.options = to_line(*options);
  }
  if (!model.empty()) choice.spec += ":" + model;
  agent.finish(warnings);
  return choice;
}

Status read_role(ConfigSection& agents, const std::string& role, Config& config) {
  const Json* value = agents.member(role);
  if (value == nullptr) return {};
  std::vector<AgentChoice>& choices = config.agents[role];
  choices.clear();  // a stronger layer replaces the role's whole team
  if (value->is_object()) {
    TRY_ASSIGN(ConfigSection agent, agents.section(role));
    TRY_ASSIGN(AgentChoice choice, read_object(std::move(agent), config.warnings));
    choices.push_back(std::move(choice));
    return {};
  }
  if (!value->is_array()) {
    AgentChoice choice;
    TRY(agents.text(role, choice.spec, ConfigSection::Empty::refused));
    choices.push_back(std::move(choice));
    return {};
  }
  if (value->empty())
    return agents.wrong(role, fmt::format("\"agents.{}\" is an empty list: name at least one agent", role));
  for (std::size_t i = 0; i < value->size(); ++i) {
    const Json& item = (*value)[i];
    if (item.is_string() && !item.get<std::string>().empty()) {
      choices.push_back({.spec = item.get<std::string>()});
      continue;
    }
    if (!item.is_object())
      return agents.wrong(role, fmt::format("\"agents.{}\": each entry is a text such as \"claude:opus\" or "
                                            "an object with \"backend\"",
                                            role));
    TRY_ASSIGN(AgentChoice choice, read_object(agents.item(role, i), config.warnings));
    choices.push_back(std::move(choice));
  }
  return {};
}

}  // namespace

Status read_agents(ConfigSection& holder, Config& config) {
  TRY_ASSIGN(ConfigSection agents, holder.section("agents"));
  for (const char* role : {"worker", "director", "critic", "architect", "fixer"})
    TRY(read_role(agents, role, config));
  agents.finish(config.warnings);
  return {};
}

Status read_budget(ConfigSection& holder, Config& config) {
  TRY_ASSIGN(ConfigSection budget, holder.section("budget"));
  const auto cap = [&](const char* key, std::optional<double>& target) -> Status {
    if (!budget.has(key)) return {};
    double value = 0;
    TRY(budget.number(key, 0, 1e12, value));
    target = value;
    return {};
  };
  const auto count = [&](const char* key, std::optional<std::uint64_t>& target) -> Status {
    if (!budget.has(key)) return {};
    std::uint64_t value = 0;
    TRY(budget.whole(key, 0, 1'000'000'000'000'000, value));
    target = value;
    return {};
  };
  TRY(cap("usd", config.budget.usd));
  TRY(cap("hours", config.budget.hours));
  TRY(count("tokens", config.budget.tokens));
  TRY(count("experiments", config.budget.experiments));
  budget.finish(config.warnings);
  return {};
}

}  // namespace leanlab::lab

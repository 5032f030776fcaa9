// Rounds of checking and mending.
#include "cli/mending.h"

#include <algorithm>

#include "agent/ready.h"
#include "base/strings.h"
#include "cli/labs.h"
#include "lab/user_config.h"
#include "metric/fixer.h"

namespace leanlab::cli {
namespace {

using Agents = std::map<std::string, std::vector<lab::AgentChoice>>;

std::vector<lab::Check> failed_of(const std::vector<lab::Check>& checks) {
  std::vector<lab::Check> failed;
  std::copy_if(checks.begin(), checks.end(), std::back_inserter(failed),
               [](const lab::Check& check) { return check.status == lab::Check::Status::fail; });
  return failed;
}

Agents lab_agents(const lab::Place& place) {
  const auto config = lab::load_config(place.folder);
  return config ? config->agents : Agents{};
}

void tell(const Context& context, const metric::Mended& mended) {
  const auto list = [&](const char* words, const std::vector<std::string>& names) {
    if (!names.empty())
      context.say(fmt::format("  {} {}", words, printable(fmt::format("{}", fmt::join(names, ", ")))));
  };
  list("changed", mended.changed);
  list("refused its change of", mended.refused);
  if (mended.changed.empty()) context.say("  it changed nothing");
}

}  // namespace

Result<std::unique_ptr<agent::Agent>> agent_for(const std::string& role,
                                                const std::map<std::string, std::string>& flags,
                                                const Agents& lab_agents,
                                                const std::filesystem::path& folder) {
  TRY_ASSIGN(const lab::UserConfig user, lab::load_user_config());
  std::vector<lab::AgentChoice> wanted;
  const std::string other = role == "architect" ? "fixer" : "architect";
  for (const std::string& key : {role, std::string()}) {
    if (const auto flag = flags.find(key); flag != flags.end()) wanted.push_back({.spec = flag->second});
  }
  for (const std::string& key : {role, other, std::string("worker")}) {
    for (const Agents* agents : {&lab_agents, &user.agents}) {
      if (const auto found = agents->find(key); found != agents->end())
        wanted.push_back(found->second.front());
    }
  }
  if (wanted.empty()) {
    if (std::string ready = agent::ready_agent(); !ready.empty())
      wanted.push_back({.spec = std::move(ready)});
  }
  agent::BackendOptions options;
  options.lab = folder;
  for (const lab::AgentChoice& choice : wanted) {
    options.options = choice.options;
    TRY_ASSIGN(auto agent, agent::make_agent(choice.spec, options));
    const auto roles = agent->capabilities().roles;
    if (std::any_of(roles.begin(), roles.end(),
                    [&](agent::Role played) { return agent::name(played) == role; }))
      return agent;
  }
  return fail(Error(ErrorCode::agent_unavailable, fmt::format("no agent is named that can play the {}", role))
                  .then(fmt::format("--agent claude, --agent command:./program, or agents.{} in {}", role,
                                    (lab::user_config_folder() / "config.json").string())));
}

Result<Mending> mend(Context& context, const lab::Project& project, const lab::Place& place,
                     const std::map<std::string, std::string>& agents) {
  Mending mending;
  std::unique_ptr<agent::Agent> agent;
  while (true) {
    mending.checks = lab::check_lab(project, place.name, *context.interrupt, [](const lab::Check&) {});
    TRY(context.interrupt->check());
    const auto failed = failed_of(mending.checks);
    mending.ok = failed.empty();
    if (mending.ok || mending.rounds == metric::k_fix_rounds) return mending;
    for (const lab::Check& check : failed)
      context.say(fmt::format("  {} {}: {}", context.err.style.red("✗"), check.name,
                              printable(check.message, Newlines::keep)));
    if (!agent) {
      TRY_ASSIGN(agent, agent_for("fixer", agents, lab_agents(place), place.folder));
    }
    ++mending.rounds;
    context.say(fmt::format("round {} of {}: {} mends {}", mending.rounds, metric::k_fix_rounds,
                            agent->describe(), plural(failed.size(), "check")));
    const auto mended =
        metric::mend_lab(project, place, failed, *agent, driver(), *context.clock, *context.interrupt);
    if (mended)
      tell(context, *mended);
    else if (mended.error().code == ErrorCode::goal_not_met)
      context.say("  its turn failed: " + one_line(mended.error()));
    else
      return fail(mended.error());
  }
}

}  // namespace leanlab::cli

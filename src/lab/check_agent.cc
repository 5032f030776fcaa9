// The check of the agent that the lab names, or of the one that would be taken.
#include <algorithm>

#include "agent/agent.h"
#include "agent/ready.h"
#include "agent/tunables/tunables.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/strings.h"
#include "lab/agent_reach.h"
#include "lab/book.h"
#include "lab/check_run.h"
#include "lab/prompts.h"
#include "sandbox/probe.h"

namespace leanlab::lab {

namespace {

/// What the sample lets a tuner change.
void check_tunables(CheckRun& run, bool chosen) {
  if (run.sample.empty()) return;  // told by check_files
  const auto source = read_file(run.place.folder / run.sample, 16u << 20);
  if (!source) return run.fail("agent", source.error());
  const auto tunables = agent::Tunables::parse(*source, run.sample);
  if (!tunables) return run.fail("agent", tunables.error());
  if (!tunables->empty()) {
    std::vector<std::string> names;
    for (const agent::Tunable& tunable : tunables->list()) names.push_back(tunable.name);
    return run.ok("agent", fmt::format("tuner: {} can be tuned in {}: {}", plural(names.size(), "constant"),
                                       run.sample, clip(fmt::format("{}", fmt::join(names, ", ")), 100)));
  }
  const std::string how = fmt::format(
      "{} has nothing to tune; mark constants with a comment such as \"tune: 1..64 int log\" "
      "at the end of their line",
      run.sample);
  if (chosen) return run.fail("agent", how + ", or choose another agent");
  run.warn("agent", how + ", or choose an agent with --agent, for example command:./propose.sh");
}

/// One agent of a role: it can be made, and it can play that role.
bool check_member(CheckRun& run, const std::string& role, const AgentChoice& choice) {
  const std::string& spec = choice.spec;
  agent::BackendOptions options;
  options.direction = run.config.objective.direction;
  options.lab = run.place.folder;
  options.options = choice.options;
  const auto made = agent::make_agent(spec, options);
  if (!made) {
    run.fail("agent", made.error());
    return false;
  }
  const auto roles = (*made)->capabilities().roles;
  const bool plays = std::any_of(roles.begin(), roles.end(),
                                 [&](agent::Role played) { return agent::name(played) == role; });
  if (!plays) run.fail("agent", fmt::format("{} cannot play the {}", (*made)->describe(), role));
  const agent::Probe probe = agent::probe_agent(spec);
  if (plays && probe.logged_in == false)
    run.warn("agent",
             fmt::format("{}: no login was found; log in with: {}", (*made)->describe(), probe.login));
  return plays;
}

}  // namespace

void check_agent(CheckRun& run) {
  if (const auto folders = agent_folders(run.project, run.place, run.config); !folders) {
    run.fail("agent", folders.error());
  } else if (!folders->empty()) {
    run.ok("agent",
           fmt::format("agents may change {} besides their copy of the lab", fmt::join(*folders, ", ")));
  }
  const auto& hosts = run.config.sandbox.network;
  if (!hosts.empty() && sandbox::probe().tier == sandbox::Tier::A)
    run.ok("agent", fmt::format("agents may reach {} besides their provider", fmt::join(hosts, ", ")));
  if (!hosts.empty() && sandbox::probe().tier != sandbox::Tier::A)
    run.warn("agent", fmt::format("\"sandbox.network\" cannot be held to in tier {}: network not verified",
                                  sandbox::name(sandbox::probe().tier)));
  auto team = run.config.agents;
  const bool chosen = team.contains("worker");
  if (!team.contains("worker")) {
    const std::string ready = agent::ready_agent();
    team["worker"] = {{.spec = ready.empty() ? "tuner" : ready}};
  }
  std::vector<std::string> members;
  for (const auto& [role, choices] : team) {
    for (const AgentChoice& choice : choices) {
      if (!check_member(run, role, choice)) return;
      members.push_back(role + " " + choice.spec);
    }
  }
  const auto& workers = team["worker"];
  const bool tunes = std::any_of(workers.begin(), workers.end(),
                                 [](const AgentChoice& choice) { return choice.spec == "tuner"; });
  if (tunes) return check_tunables(run, chosen);
  run.ok("agent", fmt::format("{}", fmt::join(members, ", ")));
}

void check_prompts(CheckRun& run) {
  const auto book = Book::open(run.place, run.config, Book::Mode::read_only, system_clock());
  if (!book) return run.fail("prompts", book.error());
  const Brief brief{run.place, run.config, **book};
  std::size_t longest = 0;
  const auto build = [&](const Result<std::string>& prompt) {
    if (!prompt) run.fail("prompts", prompt.error());
    if (prompt) longest = std::max(longest, prompt->size());
    return prompt.has_value();
  };
  const std::string next = run.config.experiments_dir + "/exp_0001.txt";
  const bool built = build(worker_prompt(brief, {{}, {}, run.sample, next})) &&
                     build(steering_prompt(brief, agent::Role::director)) &&
                     build(steering_prompt(brief, agent::Role::critic));
  if (built) run.ok("prompts", fmt::format("Worker, Director and Critic: at most {}", human_bytes(longest)));
}

}  // namespace leanlab::lab

// The check of the agent that the lab names, or of the one that would be taken.
#include <algorithm>

#include "agent/agent.h"
#include "agent/tunables/tunables.h"
#include "base/fs.h"
#include "base/strings.h"
#include "lab/check_run.h"

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

}  // namespace

void check_agent(CheckRun& run) {
  const auto worker = run.config.agents.find("worker");
  const bool chosen = worker != run.config.agents.end();
  const std::string spec = chosen ? worker->second : "tuner";
  agent::BackendOptions options;
  options.direction = run.config.objective.direction;
  options.lab = run.place.folder;
  const auto made = agent::make_agent(spec, options);
  if (!made) return run.fail("agent", made.error());
  if (spec == "tuner") return check_tunables(run, chosen);
  const auto roles = (*made)->capabilities().roles;
  if (std::find(roles.begin(), roles.end(), agent::Role::worker) == roles.end())
    return run.fail("agent", fmt::format("{} cannot play the worker", (*made)->describe()));
  run.ok("agent", (*made)->describe());
}

}  // namespace leanlab::lab

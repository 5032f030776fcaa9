// The check of the agent that the lab names.
#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"
#include "lab/check_run.h"

namespace leanlab::lab {

void check_agent(CheckRun& run) {
  const auto worker = run.config.agents.find("worker");
  if (worker == run.config.agents.end())
    return run.ok("agent", "the lab names none: --agent chooses one, else tuner is taken");
  run.ok("agent", worker->second);
}

}  // namespace leanlab::lab

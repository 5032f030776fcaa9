// Choosing the Worker's backend.
#include "metric/team.h"

namespace leanlab::metric {

Result<std::unique_ptr<agent::Agent>> choose_worker(Session& session,
                                                    const std::map<std::string, std::string>& wanted,
                                                    std::uint64_t experiments) {
  agent::BackendOptions options;
  options.direction = session.config.objective.direction;
  options.lab = session.place.folder;
  for (const auto& [role, spec] : wanted) {
    if (role.empty() || role == "worker") continue;
    return fail(Error(ErrorCode::unsupported,
                      fmt::format("--agent {}={}: only the Worker is built yet; Director and Critic are not",
                                  role, spec))
                    .then("leave that flag out"));
  }
  for (const char* key : {"worker", ""}) {
    if (const auto found = wanted.find(key); found != wanted.end())
      return agent::make_agent(found->second, options);
  }
  if (const auto found = session.config.agents.find("worker"); found != session.config.agents.end()) {
    if (experiments > 0) session.inform(fmt::format("agent: {}, as lab.json says", found->second));
    return agent::make_agent(found->second, options);
  }
  if (experiments > 0)
    session.inform("agent: tuner, the built-in optimiser, because neither --agent nor lab.json names one");
  return agent::make_agent("tuner", options);
}

}  // namespace leanlab::metric

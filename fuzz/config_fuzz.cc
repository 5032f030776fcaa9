// Fuzzes lab.json: any text is a configuration within its bounds, or an error that says what and where.
#include <cmath>

#include "checks.h"
#include "lab/config.h"
#include "target.h"

FUZZ_TARGET(config) {
  using namespace leanlab;
  const auto config = lab::parse_config(std::string(input), "lab.json");
  if (!config) {
    fuzz::check_error(config.error());
    INVARIANT(!config.error().where.empty());
    return;
  }
  INVARIANT(!config->objective.metric.empty() && !config->eval_cmd.empty());
  INVARIANT(config->evaluation_limit.count() > 0 && config->agent_limit.count() > 0);
  INVARIANT(config->memory_mb > 0 && config->memory_mb < std::uint64_t{1} << 43);
  INVARIANT(config->output_mb < std::uint64_t{1} << 43 && config->disk_mb < std::uint64_t{1} << 43);
  INVARIANT(config->parallel_proposals > 0 && config->parallel_evaluations > 0);
  for (const std::string* file : {&config->experiments_dir, &config->results_file}) {
    INVARIANT(!file->empty() && file->front() != '/');
    INVARIANT(("/" + *file + "/").find("/../") == std::string::npos);
  }
  for (const auto& [role, choices] : config->agents) {
    INVARIANT(!choices.empty());
    for (const lab::AgentChoice& choice : choices)
      INVARIANT(!choice.spec.empty() && std::isfinite(choice.weight) && choice.weight > 0);
  }
  for (const auto& cap : {config->budget.usd, config->budget.hours})
    if (cap) INVARIANT(std::isfinite(*cap) && *cap >= 0);
  for (const std::string& warning : config->warnings) INVARIANT(!warning.empty());
  // Read twice, it says the same.
  const auto again = lab::parse_config(config->text, "lab.json");
  INVARIANT(again && again->warnings == config->warnings && again->eval_cmd == config->eval_cmd);
}

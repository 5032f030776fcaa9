// The plan's file, run.json in the lab's state.
#include "metric/plan.h"

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/json.h"

namespace leanlab::metric {

namespace {
fs::path plan_path(const lab::Place& place) {
  return place.state / "run.json";
}
}  // namespace

Status save_plan(const lab::Place& place, const Plan& plan) {
  return write_file(plan_path(place), to_pretty(Json{{"version", 1},
                                                     {"experiments", plan.experiments},
                                                     {"after_number", plan.after_number},
                                                     {"seed", plan.seed},
                                                     {"agent", plan.agent},
                                                     {"finished", plan.finished},
                                                     {"usd", plan.usd ? Json(*plan.usd) : Json(nullptr)},
                                                     {"usd_before", plan.usd_before},
                                                     {"agents", plan.agents}}));
}

std::optional<Plan> load_plan(const lab::Place& place) {
  const auto json = read_json(plan_path(place).string());
  if (!json || !json->is_object()) return std::nullopt;
  Plan plan{json->value("experiments", std::uint64_t{0}),
            json->value("after_number", std::uint64_t{0}),
            json->value("seed", std::uint64_t{0}),
            json->value("agent", std::string()),
            json->value("finished", true),
            {},
            json->value("usd_before", 0.0),
            {}};
  if (const auto usd = json->find("usd"); usd != json->end() && usd->is_number())
    plan.usd = usd->get<double>();
  if (const auto agents = json->find("agents"); agents != json->end() && agents->is_object())
    for (const auto& [role, spec] : agents->items())
      if (spec.is_string()) plan.agents[role] = spec.get<std::string>();
  return plan;
}

}  // namespace leanlab::metric

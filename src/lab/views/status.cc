// `leanlab status` as JSON.
#include "lab/views/status.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace leanlab::lab {

std::vector<std::string> status_alerts(const LabStatus& status) {
  std::vector<std::string> alerts;
  const std::string word = join_command(std::vector<std::string>{status.lab.name});
  if (!status.lab.problem.empty()) {
    alerts.push_back(fmt::format("{}: {}; see leanlab check {}", status.lab.name, status.lab.problem, word));
    return alerts;
  }
  if (status.pending > 0 && status.lab.running.empty())
    alerts.push_back(
        fmt::format("{}: a run ended with {} not judged yet; continue with leanlab run {} --resume",
                    status.lab.name, plural(status.pending, "experiment"), word));
  if (!status.lab.sealed && status.lab.experiments > 0)
    alerts.push_back(
        fmt::format("{}: its evaluator is not locked; lock it with leanlab lock {}", status.lab.name, word));
  if (status.lab.unverified)
    alerts.push_back(fmt::format(
        "{}: UNVERIFIED, its best was not judged in a sandbox and could be forged; see leanlab doctor",
        status.lab.name));
  return alerts;
}

Json status_view(const std::vector<LabStatus>& labs) {
  std::vector<ListedLab> listed;
  for (const LabStatus& status : labs) listed.push_back(status.lab);
  Json rows = list_view(listed).at("labs");
  Json running = Json::array();
  std::size_t alerts = 0;
  for (std::size_t i = 0; i < labs.size(); ++i) {
    const LabStatus& status = labs[i];
    Json& row = rows[i];
    row["pending"] = status.pending;
    row["cost_usd"] = status.cost_usd ? Json(*status.cost_usd) : Json(nullptr);
    row["known_cost_usd"] = status.known_cost_usd;
    row["turns"] = status.turns;
    row["unpriced_turns"] = status.unpriced_turns;
    row["tokens"] = nullptr;
    if (status.tokens)
      row["tokens"] = {{"input", status.tokens->input},
                       {"output", status.tokens->output},
                       {"cache_read", status.tokens->cache_read},
                       {"cache_write", status.tokens->cache_write}};
    row["budget_usd"] = status.budget_usd ? Json(*status.budget_usd) : Json(nullptr);
    row["last"] = status.last ? to_json(*status.last) : Json(nullptr);
    row["alerts"] = status.alerts;
    alerts += status.alerts.size();
    if (!status.lab.running.empty()) running.push_back(status.lab.name);
  }
  Json view;
  view["running"] = std::move(running);
  view["labs"] = std::move(rows);
  view["alerts"] = alerts;
  return view;
}

}  // namespace leanlab::lab

// `leanlab list` as JSON.
#include "lab/views/list.h"

#include <nlohmann/json.hpp>

namespace leanlab::lab {

Json list_view(const std::vector<ListedLab>& labs) {
  Json rows = Json::array();
  for (const ListedLab& lab : labs) {
    Json row;
    row["name"] = lab.name;
    row["objective"] = nullptr;
    if (lab.objective)
      row["objective"] = {{"metric", lab.objective->metric}, {"direction", name(lab.objective->direction)}};
    row["experiments"] = lab.experiments;
    row["best"] = lab.best ? Json(*lab.best) : Json(nullptr);
    row["sealed"] = lab.sealed;
    row["unverified"] = lab.unverified;
    row["level"] = lab.level.empty() ? Json(nullptr) : Json(lab.level);
    row["running"] = lab.running.empty() ? Json(nullptr) : Json(lab.running);
    row["problem"] = lab.problem.empty() ? Json(nullptr) : Json(lab.problem);
    rows.push_back(std::move(row));
  }
  Json view;
  view["labs"] = std::move(rows);
  view["tasks"] = Json::array();
  return view;
}

}  // namespace leanlab::lab

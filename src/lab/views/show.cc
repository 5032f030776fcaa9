// `leanlab show` as JSON.
#include "lab/views/show.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace leanlab::lab {

Json show_view(const ShownExperiment& shown, agent::Direction direction) {
  Json view = to_json(shown.experiment);
  view["parent_value"] = nullptr;
  view["gain"] = nullptr;
  if (shown.parent && shown.parent->value) {
    view["parent_value"] = *shown.parent->value;
    if (shown.experiment.value) {
      const double difference = *shown.experiment.value - *shown.parent->value;
      view["gain"] = direction == agent::Direction::maximise ? difference : -difference;
    }
  }
  view["source"] = shown.source ? Json(repair_utf8(*shown.source)) : Json(nullptr);
  view["log_text"] = shown.log ? Json(printable(*shown.log, Newlines::keep)) : Json(nullptr);
  return view;
}

}  // namespace leanlab::lab

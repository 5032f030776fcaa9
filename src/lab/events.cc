// Events as JSON, for --json=lines and the closing summary.
#include "lab/events.h"

#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

namespace leanlab::lab {

namespace {

Json objective_json(const Objective& objective) {
  return {{"metric", objective.metric}, {"direction", name(objective.direction)}};
}
Json refusal_json(const Refusal& refusal) {
  return {{"file", refusal.file}, {"reason", refusal.reason}};
}
/// Adds what is special to each kind of event to an object that has `event` and `ts`.
struct Fill {
  Json& object;

  void operator()(const RunStarted& e) const {
    object["lab"] = e.lab;
    object["objective"] = objective_json(e.objective);
    object["planned"] = e.planned;
    object["continued"] = e.continued;
    object["parallel"] = e.parallel;
    object["agent"] = e.agent;
    object["seed"] = e.seed;
    object["best"] = or_null(e.best);
    object["protection"] = e.protection;
  }
  void operator()(const AttemptStarted& e) const {
    object["attempt"] = e.attempt;
    object["agent"] = e.agent;
  }
  void operator()(const PhaseChanged& e) const {
    object["attempt"] = e.attempt;
    object["phase"] = name(e.phase);
    object["id"] = or_null(e.id);
    object["detail"] = e.detail;
  }
  void operator()(const AttemptFinished& e) const {
    object["attempt"] = e.attempt;
    object["previous_best"] = or_null(e.previous_best);
    object["experiment"] = to_json(e.experiment);
  }
  void operator()(const AttemptRefused& e) const {
    object["attempt"] = e.attempt;
    object.update(refusal_json(e.refusal));
  }
  void operator()(const AttemptFailed& e) const {
    object["attempt"] = e.attempt;
    object["reason"] = e.reason;
  }
  void operator()(const Notice& e) const {
    object["kind"] = e.kind == Notice::Kind::warning ? "warning" : "info";
    object["text"] = e.text;
  }
  void operator()(const RunSummary& e) const { object.update(to_json(e)); }
};

constexpr std::array k_events{"run_started", "attempt_started", "phase",  "experiment",
                              "refused",     "attempt_failed",  "notice", "summary"};
static_assert(k_events.size() == std::variant_size_v<Event>);

}  // namespace

const char* name(Phase phase) {
  static constexpr std::array k_phases{"waiting", "proposing", "validating", "queued",
                                       "judging", "repairing", "recording"};
  return k_phases.at(static_cast<std::size_t>(phase));
}

Json to_json(const Event& event, const std::string& ts) {
  Json object;
  object["event"] = k_events.at(event.index());
  object["ts"] = ts;
  std::visit(Fill{object}, event);
  return object;
}

void RunSummary::add(const Experiment& experiment) {
  ++made;
  ++verdicts[experiment.verdict];
  if (experiments.size() < k_kept) experiments.push_back(experiment);
}

void RunSummary::add(const Refusal& refusal) {
  ++refusals;
  if (refused.size() < k_kept) refused.push_back(refusal);
}

std::uint64_t RunSummary::accepted() const {
  const auto found = verdicts.find(Verdict::accepted);
  return found == verdicts.end() ? 0 : found->second;
}

Json to_json(const RunSummary& summary) {
  Json object;
  object["lab"] = summary.lab;
  object["objective"] = objective_json(summary.objective);
  object["new"] = summary.made;
  object["best"] = summary.best ? or_null(summary.best->value) : Json(nullptr);
  object["best_id"] = summary.best ? Json(summary.best->id()) : Json(nullptr);
  object["best_before"] = or_null(summary.best_before);
  object["best_parent"] = or_null(summary.best_parent);
  object["improved"] = summary.accepted() > 0;
  object["cost_usd"] = or_null(summary.cost_usd);
  object["known_cost_usd"] = summary.known_cost_usd;
  object["turns"] = summary.turns;
  object["unpriced_turns"] = summary.unpriced_turns;
  object["accepted"] = summary.accepted();
  object["cost_per_accepted_usd"] = summary.cost_usd && summary.accepted() > 0
                                        ? Json(*summary.cost_usd / static_cast<double>(summary.accepted()))
                                        : Json(nullptr);
  object["tokens"] = tokens_json(summary.tokens);
  object["seconds"] = summary.seconds;
  object["ended_because"] = or_null(summary.ended_because);
  object["next"] = or_null(summary.next);
  object["experiments"] = Json::array();
  for (const Experiment& experiment : summary.experiments)
    object["experiments"].push_back(to_json(experiment));
  object["refused"] = Json::array();
  for (const Refusal& refusal : summary.refused) object["refused"].push_back(refusal_json(refusal));
  return object;
}

}  // namespace leanlab::lab

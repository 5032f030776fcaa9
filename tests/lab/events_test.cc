#include "lab/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace leanlab::lab {
namespace {

Experiment experiment() {
  Experiment e;
  e.lab = "digits";
  e.number = 2;
  e.verdict = Verdict::accepted;
  e.value = 0.5;
  return e;
}

TEST(Events, EachKindHasItsName) {
  const std::pair<Event, const char*> kinds[] = {
      {RunStarted{}, "run_started"}, {AttemptStarted{}, "attempt_started"},
      {PhaseChanged{}, "phase"},     {AttemptFinished{1, experiment(), {}}, "experiment"},
      {AttemptRefused{}, "refused"}, {AttemptFailed{}, "attempt_failed"},
      {Notice{}, "notice"},          {RunSummary{}, "summary"}};
  for (const auto& [event, name] : kinds) {
    const Json object = to_json(event, "2026-11-23T09:22:00.123Z");
    EXPECT_EQ(object["event"], name);
    EXPECT_EQ(object["ts"], "2026-11-23T09:22:00.123Z");
  }
}

TEST(Events, CarriesWhatAListenerNeeds) {
  EXPECT_EQ(to_line(to_json(Event(PhaseChanged{3, Phase::judging, "digits/2", "x"}), "t")),
            R"({"event":"phase","ts":"t","attempt":3,"phase":"judging","id":"digits/2","detail":"x"})");
  EXPECT_EQ(to_line(to_json(Event(AttemptRefused{3, {"experiments/a.py", "a link"}}), "t")),
            R"({"event":"refused","ts":"t","attempt":3,"file":"experiments/a.py","reason":"a link"})");
  const Json finished = to_json(Event(AttemptFinished{1, experiment(), 0.4}), "t");
  EXPECT_EQ(finished["experiment"]["id"], "digits/2");
  EXPECT_EQ(finished["previous_best"], 0.4);
}

TEST(Events, TheSummaryIsTheContractsObject) {
  RunSummary summary;
  summary.lab = "digits";
  summary.objective = {"accuracy", Direction::maximise};
  summary.best = experiment();
  summary.add(experiment());
  summary.add(Refusal{"f", "r"});
  const Json object = to_json(summary);
  EXPECT_EQ(object["lab"], "digits");
  EXPECT_EQ(object["new"], 1);
  EXPECT_EQ(object["best"], 0.5);
  EXPECT_TRUE(object["cost_usd"].is_null());
  EXPECT_TRUE(object["tokens"].is_null());
  EXPECT_EQ(object["experiments"][0]["id"], "digits/2");
  EXPECT_EQ(to_line(object["refused"]), R"([{"file":"f","reason":"r"}])");
}

TEST(Events, ALongRunIsCountedWholeAndKeptInPart) {
  RunSummary summary;
  Experiment rejected = experiment();
  rejected.verdict = Verdict::rejected;
  for (std::size_t i = 0; i < RunSummary::k_kept + 5; ++i) {
    summary.add(rejected);
    summary.add(Refusal{"f", "r"});
  }
  summary.add(experiment());
  EXPECT_EQ(summary.experiments.size(), RunSummary::k_kept);
  EXPECT_EQ(summary.refused.size(), RunSummary::k_kept);
  EXPECT_EQ(summary.refusals, RunSummary::k_kept + 5);
  const Json object = to_json(summary);
  EXPECT_EQ(object["new"], RunSummary::k_kept + 6);
  EXPECT_EQ(object["accepted"], 1);
  EXPECT_EQ(object["improved"], true);
}

}  // namespace
}  // namespace leanlab::lab

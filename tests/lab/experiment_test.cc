#include "lab/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace leanlab::lab {
namespace {

Experiment full() {
  Experiment e;
  e.lab = "digits";
  e.number = 7;
  e.file = "experiments/exp_7.py";
  e.sha256 = std::string(64, 'a');
  e.verdict = Verdict::accepted;
  e.value = 0.1;
  e.metrics = {{"rmse", 0.1}, {"zeta", 2}, {"alpha", -1e-300}};
  e.best_so_far = 0.1;
  e.notes = "tries „mehr“";
  e.parent = "digits/3";
  e.agent = "tuner";
  e.origin = Origin::submitted;
  e.level = Level::in_process;
  e.tier = sandbox::Tier::B;
  e.sealed = true;
  e.seal = std::string(64, 'b');
  e.evaluation_seed = 18446744073709551615u;
  e.repeats = {0.1, 0.2};
  e.cost_usd = 0.0;
  e.tokens = agent::Tokens{1, 2, 3, 4};
  e.seconds = 1.5;
  e.cpu_seconds = 0.5;
  e.turn_seconds = 9;
  e.fixes = 2;
  e.log = "l";
  e.transcript = "t";
  e.info = R"({"kernel":"rbf","ok":true})";
  e.warnings = {"\"deep\" was dropped"};
  e.tag = "jun21";
  e.ts = "2026-11-23T09:22:00.123Z";
  return e;
}

TEST(Experiment, ARecordReadsBackAsItself) {
  const Json body = to_record(full());
  const auto back = from_record(*parse_json(to_line(body)), "digits");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_line(to_record(*back)), to_line(body));
  EXPECT_EQ(back->metrics, full().metrics);
  EXPECT_EQ(back->evaluation_seed, full().evaluation_seed);
  EXPECT_EQ(back->tokens->cache_write, 4u);
}

TEST(Experiment, UnknownStaysUnknown) {
  Experiment e;
  e.lab = "x";
  e.number = 1;
  const auto back = from_record(to_record(e), "x");
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->cost_usd);
  EXPECT_FALSE(back->tokens);
  EXPECT_FALSE(back->value);
  const Json shape = to_json(*back);
  for (const char* key : {"value", "best", "cost_usd", "tokens", "seconds", "parent", "agent", "reason"}) {
    EXPECT_TRUE(shape.at(key).is_null()) << key;
  }
}

TEST(Experiment, ADamagedRecordIsAnIntegrityError) {
  for (const char* change :
       {R"({"number": "7"})", R"({"number": 0})", R"({"number": -1})", R"({"verdict": "great"})",
        R"({"value": "1"})", R"({"metrics": {"a": "b"}})", R"({"metrics": 5})", R"({"repeats": [true]})",
        R"({"sealed": 1})", R"({"tokens": {"input": -1}})", R"({"tier": "D"})", R"({"info": []})",
        R"({"warnings": [1]})", R"({"ts": 5})"}) {
    Json body = to_record(full());
    body.update(*parse_json(change));
    const auto back = from_record(body, "digits");
    ASSERT_FALSE(back) << change;
    EXPECT_EQ(back.error().code, ErrorCode::integrity);
  }
  EXPECT_FALSE(from_record(Json::array(), "x"));
}

TEST(Experiment, TheShapeOfTheContract) {
  const Json shape = to_json(full());
  EXPECT_EQ(shape["id"], "digits/7");
  EXPECT_EQ(shape["status"], "accepted");
  EXPECT_EQ(shape["level"], "in-process");
  EXPECT_EQ(shape["tier"], "B");
  EXPECT_EQ(to_line(shape["metrics"]), R"({"rmse":0.1,"zeta":2.0,"alpha":-1e-300})");
  EXPECT_EQ(shape["tokens"]["cache_read"], 3);
  for (const char* key :
       {"id", "experiment_file", "status", "value", "metrics", "best_so_far", "level", "tier", "sealed",
        "reason", "parent", "agent", "notes", "repeats", "cost_usd", "tokens", "seconds", "sha256", "ts"}) {
    EXPECT_TRUE(shape.contains(key)) << key;
  }
}

TEST(Experiment, NothingIsSaidOfTheJudgingOfOneThatIsPending) {
  const Json shape = to_json(Experiment());
  EXPECT_EQ(shape["status"], "pending");
  for (const char* key : {"level", "tier", "sealed"}) EXPECT_TRUE(shape[key].is_null()) << key;
}

TEST(Experiment, TheRowHas021sFieldsAtTheTop) {
  const Json row = *parse_json(to_row(full(), "rmse", "f00d"));
  std::vector<std::string> keys;
  for (const auto& [key, value] : row.items()) keys.push_back(key);
  EXPECT_THAT(keys, testing::ElementsAre("tag", "experiment_file", "rmse", "zeta", "alpha", "best_so_far",
                                         "notes", "ts", "leanlab"));
  EXPECT_EQ(row["leanlab"]["id"], "digits/7");
  EXPECT_EQ(row["best_so_far"], true);
  EXPECT_EQ(row["leanlab"]["best"], 0.1);
}

TEST(Experiment, AnInvalidRowHasNullAndSaysWhy) {
  Experiment e = full();
  e.verdict = Verdict::invalid;
  e.value = {};
  e.metrics = {};
  e.reason = "the evaluator crashed";
  const Json row = *parse_json(to_row(e, "rmse", "f00d"));
  EXPECT_TRUE(row["rmse"].is_null());
  EXPECT_EQ(row["notes"], "invalid: the evaluator crashed");
  EXPECT_EQ(row["leanlab"]["notes"], e.notes);
  EXPECT_EQ(row["best_so_far"], false);
}

TEST(Experiment, NoMetricTakesTheRowsOwnFields) {
  Experiment e = full();
  e.metrics = {{"rmse", 0.1}, {"ts", 1}, {"leanlab", 2}, {"notes", 3}};
  const Json row = *parse_json(to_row(e, "rmse", "f00d"));
  EXPECT_EQ(row["ts"], e.ts);
  EXPECT_EQ(row["notes"], e.notes);
  EXPECT_EQ(row["leanlab"]["metrics"]["ts"], 1.0);
}

}  // namespace
}  // namespace leanlab::lab

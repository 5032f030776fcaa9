// Parsers of what others write must take any bytes: valid texts, changed at random with a fixed seed.
#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "lab/config.h"
#include "lab/experiment.h"
#include "lab/judgement.h"
#include "lab/seal_manifest.h"

namespace leanlab::lab {
namespace {

/// `text` with a few bytes changed, left out, doubled or replaced by a token that parsers trip over.
std::string mutated(std::string text, Random& random) {
  static constexpr const char* k_tokens[] = {
      "\"",        "{",   "}",  "[",           "]",    ",",    ":",  "\\",        "\\u0000",
      "\xff",      "NaN", "-",  "1e999",       "null", "true", "\n", "-Infinity", "99999999999999999999",
      "\"rmse\":", "/",   "~1", "\xEF\xBB\xBF"};
  for (std::uint64_t changes = 1 + random.below(4); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = random.below(text.size());
    switch (random.below(5)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, 1 + random.below(8));
        break;
      case 2:
        text.insert(at, k_tokens[random.below(std::size(k_tokens))]);
        break;
      case 3:
        text.insert(at, text.substr(at, 1 + random.below(20)));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST(Mutation, AnyConfigIsReadOrRefusedWithAPlace) {
  const std::string whole = R"({"name": "x", "objective": {"metric": "rmse", "direction": "min"},
  "eval_cmd": "python 'a b' {file}", "validate_cmd": null, "limits": {"seconds": 1.5, "memory_mb": 64}, "exclusive": false,
  "parallel": {"proposals": 3}, "resources": {"cpus": 2}, "data": ["a", "b/c"], "agents": {"worker": {"backend": "tuner"}},
  "unknown/field~": [1, {"a": "ü\u00e4\ud83d\ude00"}]})";
  ASSERT_TRUE(parse_config(whole, "lab.json"));
  Random random(1);
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = mutated(whole, random);
    const auto config = parse_config(text, "lab.json");
    if (config) {
      EXPECT_FALSE(config->objective.metric.empty()) << text;
      EXPECT_FALSE(config->eval_cmd.empty()) << text;
    } else {
      EXPECT_TRUE(config.error().code == ErrorCode::misconfigured ||
                  config.error().code == ErrorCode::unsupported)
          << text;
      EXPECT_NE(config.error().where.find("lab.json"), std::string::npos) << text;
    }
  }
}

TEST(Mutation, AnyOutputIsAFiniteScoreOrAReason) {
  const std::string whole =
      "log line\n{\"step\": 1}\n{\"rmse\": 0.25, \"r2\": NaN, \"mae\": 1e-3, \"deep\": [[{}]], \"kernel\": "
      "\"rbf\"}\ndone\n";
  sandbox::Outcome outcome;
  outcome.status.exit_status = 0;
  sandbox::Limits limits;
  Random random(2);
  for (int i = 0; i < 3'000; ++i) {
    outcome.out = mutated(whole, random);
    outcome.out_bytes = outcome.out.size();
    const Judgement judgement = judge_outcome(outcome, limits, "rmse");
    ASSERT_NE(judgement.value.has_value(), !judgement.reason.empty()) << outcome.out;
    EXPECT_LT(judgement.reason.size(), 2000u);
    for (const auto& [key, value] : judgement.metrics) EXPECT_TRUE(std::isfinite(value)) << outcome.out;
    static_cast<void>(validator_objection(outcome, limits));
  }
}

TEST(Mutation, ADamagedManifestIsNeverTaken) {
  Seal seal;
  seal.files = {{"evaluation.py", std::string(64, 'a'), false, true, 10, 11, 12}};
  seal.eval_cmd = "python evaluation.py";
  seal.environment = "PATH=/usr/bin\n";
  seal.id = seal_id(seal);
  const std::string whole = to_line(to_manifest(seal));
  Random random(3);
  for (int i = 0; i < 1'000; ++i) {
    const auto json = parse_json(mutated(whole, random));
    if (!json) continue;
    const auto back = from_manifest(*json);
    if (back) {
      EXPECT_EQ(back->id, seal_id(*back));
    }
  }
}

TEST(Mutation, ADamagedRecordIsReadOrRefused) {
  Experiment experiment;
  experiment.number = 3;
  experiment.metrics = {{"rmse", 0.5}};
  experiment.info = R"({"a": "b"})";
  experiment.tokens = agent::Tokens{1, 2, 3, 4};
  const std::string whole = to_line(to_record(experiment));
  Random random(4);
  for (int i = 0; i < 1'000; ++i) {
    const auto json = parse_json(mutated(whole, random));
    if (!json) continue;
    const auto back = from_record(*json, "x");
    if (back)
      static_cast<void>(to_row(*back, "rmse", "ledger"));
    else
      EXPECT_EQ(back.error().code, ErrorCode::integrity);
  }
}

}  // namespace
}  // namespace leanlab::lab

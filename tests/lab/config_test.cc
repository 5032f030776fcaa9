#include "lab/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A lab.json whose further fields are `more`.
std::string with(const std::string& more) {
  return R"({"name": "x", "objective": {"metric": "rmse", "direction": "min"}, "eval_cmd": "./e.sh {file}")" +
         (more.empty() ? "" : ",\n " + more) + "}";
}

Error error_of(const std::string& text) {
  auto config = parse_config(text, "lab.json");
  EXPECT_FALSE(config) << text;
  return config ? Error(ErrorCode::internal, "none") : config.error();
}

TEST(ParseConfig, ReadsALabOf021) {
  const auto config = parse_config(R"({
    "name": "house-prices", "description": "d", "objective": {"metric": "rmse", "direction": "min"},
    "experiments_dir": "experiments", "results_file": "results.jsonl",
    "validate_cmd": "uv run python validate.py --experiment {file}",
    "eval_cmd": "uv run python evaluation.py --experiment {file}",
    "director_every": 4, "critic_every": 2, "max_fix_calls": 7})",
                                   "lab.json");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->objective.metric, "rmse");
  EXPECT_EQ(config->objective.direction, Direction::minimise);
  EXPECT_EQ(config->director_every, 4u);
  EXPECT_EQ(config->critic_every, 2u);
  EXPECT_EQ(config->max_fix_calls, 7u);
  EXPECT_THAT(config->warnings, IsEmpty());
}

TEST(ParseConfig, HasDefaults) {
  const auto config = parse_config(R"({"objective": {"metric": "m"}, "eval_cmd": "e"})", "lab.json");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->objective.direction, Direction::maximise);
  EXPECT_EQ(config->experiments_dir, "experiments");
  EXPECT_EQ(config->results_file, "results.jsonl");
  EXPECT_EQ(config->evaluation_limit, std::chrono::minutes(10));
  EXPECT_EQ(config->judge, JudgeContract::automatic);
  EXPECT_EQ(config->duplicates, Duplicates::refuse);
}

TEST(ParseConfig, ReadsTheNewFields) {
  const auto config = parse_config(
      with(R"("limits": {"seconds": 1.5, "memory_mb": 64, "processes": 9, "disk_mb": 10, "output_mb": 2,
            "agent_seconds": 30}, "parallel": {"proposals": 3, "evaluations": 2}, "resources": {"cpus": 2, "gpus": 1},
            "judge": "in-process", "repeats": 1, "executor": "local", "data": ["data/x.csv"], "duplicates": "allow",
            "agents": {"worker": {"backend": "claude", "model": "opus"}})"),
      "lab.json");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->evaluation_limit, std::chrono::milliseconds(1500));
  EXPECT_EQ(config->agent_limit, std::chrono::seconds(30));
  EXPECT_EQ(config->memory_mb, 64u);
  EXPECT_EQ(config->processes, 9u);
  EXPECT_EQ(config->disk_mb, 10u);
  EXPECT_EQ(config->output_mb, 2u);
  EXPECT_EQ(config->parallel_proposals, 3u);
  EXPECT_EQ(config->parallel_evaluations, 2u);
  EXPECT_EQ(config->cpus, 2u);
  EXPECT_EQ(config->gpus, 1u);
  EXPECT_EQ(config->judge, JudgeContract::in_process);
  EXPECT_EQ(config->duplicates, Duplicates::allow);
  EXPECT_THAT(config->data, ElementsAre("data/x.csv"));
  EXPECT_EQ(config->agents.at("worker").at(0).spec, "claude:opus");
  EXPECT_THAT(config->warnings, IsEmpty());
}

TEST(ParseConfig, ExclusiveMayStandInParallelOrBesideIt) {
  EXPECT_TRUE(parse_config(with(R"("exclusive": true)"), "lab.json")->exclusive);
  const auto inside = parse_config(with(R"("parallel": {"evaluations": 4, "exclusive": true})"), "lab.json");
  EXPECT_TRUE(inside->exclusive);
  EXPECT_EQ(inside->parallel_evaluations, 1u);
  EXPECT_THAT(inside->warnings, ElementsAre(HasSubstr("one at a time")));
  EXPECT_THAT(error_of(with(R"("exclusive": true, "parallel": {"exclusive": false})")).message,
              HasSubstr("stands twice"));
}

TEST(ParseConfig, AWrongTypeNamesLineColumnAndCaret) {
  const Error error = error_of(with(R"("director_every": "5")"));
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_THAT(error.message, HasSubstr("\"director_every\" must be a whole number, not the text \"5\""));
  EXPECT_THAT(error.where, HasSubstr("lab.json:2:20"));
  EXPECT_THAT(error.where, HasSubstr("                   ^"));
}

TEST(ParseConfig, RefusesWrongTypesAndRanges) {
  for (const char* more : {
           R"("name": 5)",
           R"("description": [])",
           R"("experiments_dir": 1)",
           R"("results_file": "")",
           R"("validate_cmd": ["a"])",
           R"("director_every": 2.5)",
           R"("critic_every": -1)",
           R"("max_fix_calls": 1e9)",
           R"("limits": 5)",
           R"("limits": {"seconds": 0})",
           R"("limits": {"seconds": "10"})",
           R"("limits": {"seconds": 1e300})",
           R"("limits": {"memory_mb": 1})",
           R"("limits": {"memory_mb": 1.5})",
           R"("limits": {"processes": 0})",
           R"("limits": {"output_mb": 99999999999999999999})",
           R"("parallel": {"proposals": 0})",
           R"("parallel": 4)",
           R"("exclusive": 1)",
           R"("resources": {"cpus": -1})",
           R"("judge": "nobody")",
           R"("judge": true)",
           R"("duplicates": "maybe")",
           R"("repeats": 0)",
           R"("data": "x")",
           R"("data": [""])",
           R"("data": [5])",
           R"("agents": "tuner")",
           R"("agents": {"worker": 5})",
           R"("agents": {"worker": ""})",
           R"("agents": {"worker": []})",
           R"("agents": {"critic": [7]})",
           R"("agents": {"director": [{"backend": "claude", "weight": 0}]})",
           R"("budget": 5)",
           R"("budget": {"usd": -1})",
           R"("budget": {"tokens": "many"})",
           R"("agents": {"worker": {"model": "x"}})",
           R"("executor": 5)",
           R"("experiments_dir": "../elsewhere")",
           R"("experiments_dir": "/tmp")",
           R"("experiments_dir": ".")",
           R"("experiments_dir": "a/../..")",
           R"("results_file": "lab.json")",
           R"("results_file": "experiments/r.jsonl")",
           R"("eval_cmd": "x")",  // twice
           R"("validate_cmd": "sh -c 'unclosed")",
       }) {
    const Error error = error_of(with(more));
    EXPECT_EQ(error.code, ErrorCode::misconfigured) << more << ": " << error.message;
    EXPECT_THAT(error.where, HasSubstr("lab.json:")) << more;
    EXPECT_THAT(error.where, HasSubstr("^")) << more;
  }
}

TEST(ParseConfig, WhatIsNotBuiltYetIsAnErrorThatSaysSo) {
  for (const char* more :
       {R"("repeats": 3)", R"("accept": {"alpha": 0.05})", R"("stages": [])", R"("holdout_cmd": "x")",
        R"("search": {"strategy": "best"})", R"("executor": "slurm")", R"("executor": {"slurm": {}})",
        R"("resources": {"memory": 1})"}) {
    const Error error = error_of(with(more));
    EXPECT_EQ(error.code, ErrorCode::unsupported) << more;
    EXPECT_THAT(error.message, HasSubstr("not built yet")) << more;
    EXPECT_THAT(error.where, HasSubstr("lab.json:2:")) << more;
    EXPECT_FALSE(error.next.empty()) << more;
  }
}

TEST(ParseConfig, AgentsMayBeGivenHostsAndFolders) {
  const auto config = parse_config(
      with(
          R"("sandbox": {"network": ["pypi.org", "*.example.org", "host:8080"], "write": ["notes", "/srv/x"]})"),
      "lab.json");
  ASSERT_TRUE(config) << one_line(config.error());
  EXPECT_EQ(config->sandbox.network, (std::vector<std::string>{"pypi.org", "*.example.org", "host:8080"}));
  EXPECT_EQ(config->sandbox.write, (std::vector<std::string>{"notes", "/srv/x"}));
  for (const char* wrong : {R"("sandbox": {"network": true})", R"("sandbox": {"network": "pypi.org"})",
                            R"("sandbox": {"network": ["*"]})", R"("sandbox": {"network": ["a b"]})",
                            R"("sandbox": {"network": [""]})", R"("sandbox": {"network": [3]})",
                            R"("sandbox": {"write": "x"})"}) {
    EXPECT_EQ(error_of(with(wrong)).code, ErrorCode::misconfigured) << wrong;
  }
}

TEST(ParseConfig, ATeamHasWeights) {
  const auto config = parse_config(
      with(R"("agents": {"worker": ["claude:opus", {"backend": "codex", "weight": 3}], "critic": "claude"},
              "budget": {"usd": 2.5, "tokens": 1000, "hours": 0.5, "experiments": 7})"),
      "lab.json");
  ASSERT_TRUE(config) << config.error().message;
  const auto& workers = config->agents.at("worker");
  ASSERT_EQ(workers.size(), 2u);
  EXPECT_EQ(workers[0].spec, "claude:opus");
  EXPECT_EQ(workers[0].weight, 1.0);
  EXPECT_EQ(workers[1].spec, "codex");
  EXPECT_EQ(workers[1].weight, 3.0);
  EXPECT_EQ(config->agents.at("critic").at(0).spec, "claude");
  EXPECT_FALSE(config->agents.contains("director"));
  EXPECT_EQ(config->budget.usd, 2.5);
  EXPECT_EQ(config->budget.tokens, 1000u);
  EXPECT_EQ(config->budget.hours, 0.5);
  EXPECT_EQ(config->budget.experiments, 7u);
}

TEST(ParseConfig, TakesWhatCandidatesMayReach) {
  const auto config = parse_config(
      with(R"("judge": "isolated", "candidate_cmd": "sh serve.sh {file}", "sandbox": {"network": false,
        "read": ["public"], "hide": ["public/x"], "devices": ["/dev/kvm"], "processes": true})"),
      "lab.json");
  ASSERT_TRUE(config) << one_line(config.error());
  EXPECT_EQ(config->judge, JudgeContract::isolated);
  EXPECT_EQ(config->candidate_cmd, "sh serve.sh {file}");
  EXPECT_EQ(config->sandbox.hide, std::vector<std::string>{"public/x"});
  EXPECT_TRUE(config->sandbox.processes);
  EXPECT_FALSE(parse_config(with(R"("judge": "auto")"), "lab.json")->sandbox.processes);
  for (const char* wrong : {R"("sandbox": {"devices": ["/etc/passwd"]})",
                            R"("sandbox": {"devices": ["/dev/../etc"]})", R"("sandbox": {"processes": 3})",
                            R"("sandbox": {"read": "x"})", R"("sandbox": [])", R"("candidate_cmd": 5)"})
    EXPECT_EQ(error_of(with(wrong)).code, ErrorCode::misconfigured) << wrong;
}

TEST(ParseConfig, MissingFieldsAreNamed) {
  EXPECT_THAT(error_of(R"({"eval_cmd": "x"})").message, HasSubstr("\"objective\" is missing"));
  EXPECT_THAT(error_of(R"({"objective": {}, "eval_cmd": "x"})").message,
              HasSubstr("\"objective.metric\" is missing"));
  EXPECT_THAT(error_of(R"({"objective": {"metric": " "}, "eval_cmd": "x"})").message,
              HasSubstr("must not be empty"));
  EXPECT_THAT(error_of(R"({"objective": {"metric": "m"}})").message, HasSubstr("\"eval_cmd\" is missing"));
  EXPECT_THAT(error_of(R"({"objective": {"metric": "m"}, "eval_cmd": ""})").message,
              HasSubstr("\"eval_cmd\" must be"));
}

TEST(ParseConfig, AMissingFieldThatIsOnlyMisspeltIsFound) {
  EXPECT_THAT(error_of(R"({"objectiv": {"metric": "m"}, "eval_cmd": "x"})").message,
              HasSubstr("\"objective\" is missing; is \"objectiv\" meant to be it?"));
}

TEST(ParseConfig, NoObjectiveTakesARowsOwnField) {
  const Error error = error_of(R"({"objective": {"metric": "notes"}, "eval_cmd": "x"})");
  EXPECT_EQ(error.code, ErrorCode::misconfigured);
  EXPECT_THAT(error.where, HasSubstr("lab.json:1:26"));
}

TEST(ParseConfig, TheDirectionIsMinOrMax) {
  const Error error = error_of(R"({"objective": {"metric": "m", "direction": "maxi"}, "eval_cmd": "x"})");
  EXPECT_THAT(error.message, HasSubstr("must be min or max, not \"maxi\"; did you mean \"max\"?"));
}

TEST(ParseConfig, AnUnknownFieldIsAWarningThatNamesTheNearest) {
  const auto config =
      parse_config(with(R"("directr_every": 3, "limits": {"second": 5}, "zzz": null)"), "lab.json");
  ASSERT_TRUE(config);
  EXPECT_THAT(
      config->warnings,
      ElementsAre(HasSubstr("unknown field \"limits.second\" is ignored; did you mean \"limits.seconds\"?"),
                  HasSubstr("lab.json:2:19: unknown field \"directr_every\" is ignored; did you mean "
                            "\"director_every\"?"),
                  HasSubstr("unknown field \"zzz\" is ignored")));
}

TEST(ParseConfig, NoObjectAtAll) {
  for (const char* text : {"", "[]", "5", "null", "\"x\"", "{", "{\"a\": 1,}", "\xff\xfe", "{}{}"}) {
    EXPECT_EQ(error_of(text).code, ErrorCode::misconfigured) << text;
  }
}

TEST(ParseConfig, AByteOrderMarkIsNoMistake) {
  EXPECT_TRUE(parse_config("\xEF\xBB\xBF" + with(""), "lab.json"));
}

TEST(LoadConfig, TakesTheFoldersNameWhenThereIsNone) {
  const auto folder = TempDirectory::make();
  const fs::path lab = folder->path() / "mein Labor";
  ASSERT_TRUE(make_directories(lab));
  ASSERT_TRUE(write_file(lab / "lab.json", R"({"objective": {"metric": "m"}, "eval_cmd": "x"})"));
  EXPECT_EQ(load_config(lab)->name, "mein Labor");
  ASSERT_TRUE(write_file(lab / "lab.json", "{"));
  EXPECT_THAT(load_config(lab).error().where, HasSubstr("mein Labor/lab.json:1:"));
  EXPECT_EQ(load_config(folder->path()).error().code, ErrorCode::io);
}

}  // namespace
}  // namespace leanlab::lab

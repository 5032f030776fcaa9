#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "agent/agent.h"
#include "agent/replies.h"
#include "agent/tunables/tunables.h"
#include "base/fs.h"

namespace leanlab::agent {
namespace {

constexpr const char* k_sample =
    "// a kernel\nint tile = 32; // tune: 1..64 int\nfloat rate = 0.5f; // tune: 0.01..1 log\n";

class TunerTest : public testing::Test {
 protected:
  std::unique_ptr<Agent> fresh(Direction direction = Direction::minimise) {
    auto agent = make_agent("tuner", {.argument = "", .direction = direction, .lab = {}, .environment = {}});
    EXPECT_TRUE(agent);
    return std::move(*agent);
  }
  TurnRequest request(std::uint64_t proposal, std::uint64_t remaining = 10) {
    TurnRequest r;
    r.workspace = folder_.path();
    r.parent_file = "experiments/sample.cc";
    r.suggested_file = "experiments/exp" + std::to_string(proposal) + ".cc";
    r.proposal = proposal;
    r.seed = 5;
    r.remaining = remaining;
    return r;
  }
  void sample(const std::string& text) {
    ASSERT_TRUE(make_directories(folder_.path() / "experiments"));
    ASSERT_TRUE(write_file(folder_.path() / "experiments/sample.cc", text));
  }
  std::string text_of(const Turn& turn) {
    return *read_file(folder_.path() / find_worker_report(turn.reply)->experiment_file);
  }
  void SetUp() override { sample(k_sample); }

  TempDirectory folder_ = *TempDirectory::make();
  Interrupt interrupt_;
};

double loss(const std::string& source) {
  const auto t = Tunables::parse(source, "x");
  return std::abs(t->point()[0] - 48) / 64 + std::abs(std::log(t->point()[1] / 0.1));
}

TEST_F(TunerTest, WritesAnExperimentThatSaysWhatChanged) {
  const auto agent = fresh();
  const auto turn = agent->take_turn(request(0), interrupt_);
  ASSERT_TRUE(turn) << one_line(turn.error());
  const auto report = find_worker_report(turn->reply);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->experiment_file, "experiments/exp0.cc");
  EXPECT_TRUE(report->valid);
  const std::string text = text_of(*turn);
  EXPECT_TRUE(text.starts_with("// tuner: " + report->notes + "\n// a kernel\n")) << text;
  EXPECT_NE(report->notes.find("tile 32 → "), std::string::npos) << report->notes;
  EXPECT_NE(report->notes.find("Sobol"), std::string::npos);
  EXPECT_EQ(turn->cost_usd, 0.0);
}

TEST_F(TunerTest, ARunIsReproducibleAndGetsBetter) {
  const auto run = [&](Direction direction) {
    const auto agent = fresh(direction);
    const double sign = direction == Direction::minimise ? 1 : -1;
    agent->observe({0, "sample.cc", k_sample, sign * loss(k_sample)});
    std::vector<std::string> texts;
    double best = 1e9;
    for (std::uint64_t i = 0; i < 30; ++i) {
      const auto turn = agent->take_turn(request(i, 29 - i), interrupt_);
      EXPECT_TRUE(turn);
      texts.push_back(text_of(*turn));
      agent->observe({i + 1, "exp.cc", texts.back(), sign * loss(texts.back())});
      best = std::min(best, loss(texts.back()));
    }
    EXPECT_LT(best, 0.2);
    return texts;
  };
  const auto first = run(Direction::minimise);
  EXPECT_EQ(first, run(Direction::minimise));
  EXPECT_EQ(first, run(Direction::maximise));
}

TEST_F(TunerTest, ParallelTurnsNeverProposeTheSame) {
  sample("int n = 3; // tune: 1..12 int\n");
  const auto agent = fresh();
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 12; ++i) {
    threads.emplace_back([&, i] { EXPECT_TRUE(agent->take_turn(request(i), interrupt_)); });
  }
  for (auto& t : threads) t.join();
  std::set<double> values;
  for (std::uint64_t i = 0; i < 12; ++i) {
    values.insert(Tunables::parse(*read_file(folder_.path() / request(i).suggested_file), "x")->point()[0]);
  }
  EXPECT_EQ(values.size(), 12u);
  const auto full = agent->take_turn(request(12), interrupt_);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::goal_not_met);
}

TEST_F(TunerTest, ExhaustionIsSaid) {
  sample("bool fast = true; // tune: bool\n");
  const auto agent = fresh();
  agent->observe({0, "a", "bool fast = true; // tune: bool\n", 1.0});
  agent->observe({1, "b", "bool fast = false; // tune: bool\n", std::nullopt});
  const auto turn = agent->take_turn(request(2), interrupt_);
  ASSERT_FALSE(turn);
  EXPECT_NE(turn.error().message.find("all 2 combinations"), std::string::npos) << turn.error().message;
}

TEST_F(TunerTest, WhatWasRefusedMayBeProposedAgain) {
  sample("bool fast = true; // tune: bool\n");
  const auto agent = fresh();
  ASSERT_TRUE(agent->take_turn(request(0), interrupt_));
  ASSERT_TRUE(agent->take_turn(request(1), interrupt_));
  ASSERT_FALSE(agent->take_turn(request(2), interrupt_)) << "both are being tried";
  agent->forget(1);
  agent->forget(77);
  EXPECT_TRUE(agent->take_turn(request(3), interrupt_));
  EXPECT_FALSE(agent->take_turn(request(4), interrupt_)) << "the first is still being tried";
}

TEST_F(TunerTest, NothingTunableShowsHow) {
  sample("int x = 3;\n");
  const auto turn = fresh()->take_turn(request(0), interrupt_);
  ASSERT_FALSE(turn);
  EXPECT_EQ(turn.error().code, ErrorCode::misconfigured);
  EXPECT_NE(turn.error().message.find("nothing tunable in experiments/sample.cc"), std::string::npos);
  EXPECT_NE(turn.error().where.find("# tune: 1..256 int log"), std::string::npos);
}

TEST_F(TunerTest, WithNothingTunableInTheParentTheBestSoFarIsTheStart) {
  sample("int x = 3;\n");
  const auto agent = fresh();
  agent->observe({1, "one.cc", "int n = 3; // tune: 1..9\n", 5.0});
  agent->observe({2, "two.cc", "int n = 4; // tune: 1..9 \nbest\n", 2.0});
  agent->observe({3, "bad.cc", "int n = 4; // tune: oops\n", 1.0});
  const auto turn = agent->take_turn(request(3), interrupt_);
  ASSERT_TRUE(turn) << one_line(turn.error());
  EXPECT_NE(text_of(*turn).find("best"), std::string::npos);
}

TEST_F(TunerTest, AMalformedCommentIsShownWithItsPlace) {
  sample("int x = 3; // tune: 1..two\n");
  const auto turn = fresh()->take_turn(request(0), interrupt_);
  ASSERT_FALSE(turn);
  EXPECT_NE(turn.error().where.find("experiments/sample.cc:1:"), std::string::npos) << turn.error().where;
}

TEST_F(TunerTest, OnlyWorks) {
  auto r = request(0);
  r.role = Role::critic;
  EXPECT_EQ(fresh()->take_turn(r, interrupt_).error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace leanlab::agent

#include "agent/patience.h"

#include <deque>

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

using namespace std::chrono_literals;

class Scripted : public Agent {
 public:
  std::string describe() const override { return "scripted"; }
  Capabilities capabilities() const override { return {}; }
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt&) override {
    sessions.push_back(request.session);
    Turn turn = turns.front();
    turns.pop_front();
    return turn;
  }
  std::deque<Turn> turns;
  std::vector<std::optional<std::string>> sessions;
};

Turn turn_with(TurnEnd end, double cost = 0.5) {
  Turn turn;
  turn.end = end;
  turn.failure = "it is too much";
  turn.next = "claude /login";
  turn.cost_usd = cost;
  turn.tokens = Tokens{.input = 10, .output = 1};
  return turn;
}

PatienceOptions quick() {
  return {.first_pause = 1ms, .longest_pause = 4ms, .most = 10s, .most_for_person = 3ms};
}

TEST(Patience, TakesAParkedTurnAgainAndCountsEveryTry) {
  Scripted agent;
  agent.turns = {turn_with(TurnEnd::rate_limited), turn_with(TurnEnd::overloaded), turn_with(TurnEnd::done)};
  agent.turns[0].session = "s1";
  Patience patience(system_clock(), quick());
  const Interrupt interrupt;
  std::vector<Pause> told;
  const auto turn = patience.take_turn(agent, {}, interrupt, [&](const Pause& pause) {
    if (pause.begins) told.push_back(pause);
  });
  ASSERT_TRUE(turn) << one_line(turn.error());
  EXPECT_EQ(turn->end, TurnEnd::done);
  EXPECT_EQ(turn->cost_usd, 1.5);
  EXPECT_EQ(turn->tokens->input, 30u);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].why, TurnEnd::rate_limited);
  EXPECT_EQ(told[1].left, 2ms) << "the second pause is twice the first";
  EXPECT_EQ(agent.sessions[1], "s1") << "what was begun is continued";
}

TEST(Patience, ACountdownNeverTellsThatNothingIsLeft) {
  Scripted agent;
  agent.turns = {turn_with(TurnEnd::rate_limited), turn_with(TurnEnd::done)};
  PatienceOptions options = quick();
  options.first_pause = options.longest_pause =
      1100ms;  // told when it begins and a second later, when little is left
  Patience patience(system_clock(), options);
  const Interrupt interrupt;
  std::vector<std::chrono::milliseconds> left;
  const auto turn =
      patience.take_turn(agent, {}, interrupt, [&](const Pause& pause) { left.push_back(pause.left); });
  ASSERT_TRUE(turn);
  ASSERT_FALSE(left.empty());
  for (const auto& one : left) EXPECT_GE(one, 200ms);
}

TEST(Patience, AFailedTurnIsNotTakenAgain) {
  Scripted agent;
  agent.turns = {turn_with(TurnEnd::failed)};
  Patience patience(system_clock(), quick());
  const Interrupt interrupt;
  const auto turn = patience.take_turn(agent, {}, interrupt, {});
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn->end, TurnEnd::failed);
}

TEST(Patience, WhatTheTriesCostIsKnownWhenItRunsOut) {
  Scripted agent;
  agent.turns.assign(20, turn_with(TurnEnd::rate_limited));
  for (Turn& turn : agent.turns) turn.cost_usd = 0.25;
  PatienceOptions options = quick();
  options.most = 0ms;
  Patience patience(system_clock(), options);
  const Interrupt interrupt;
  Turn spent;
  const auto turn = patience.take_turn(agent, {}, interrupt, {}, &spent);
  ASSERT_FALSE(turn);
  EXPECT_FALSE(turn.error().next.empty());
  EXPECT_EQ(spent.cost_usd, 0.25);
}

TEST(Patience, RunsOutWhereOnlyAPersonCanHelp) {
  Scripted agent;
  agent.turns.assign(20, turn_with(TurnEnd::logged_out));
  Patience patience(system_clock(), quick());
  const Interrupt interrupt;
  const auto turn = patience.take_turn(agent, {}, interrupt, {});
  ASSERT_FALSE(turn);
  EXPECT_EQ(turn.error().code, ErrorCode::agent_unavailable);
  EXPECT_EQ(turn.error().next, "claude /login");
}

TEST(Patience, WaitsAsLongAsTheProviderSaysAndStopsAtOnceWhenAsked) {
  Scripted agent;
  agent.turns = {turn_with(TurnEnd::rate_limited)};
  agent.turns[0].retry_at = system_clock().now() + 1h;
  PatienceOptions options = quick();
  options.most = 10h;
  Patience patience(system_clock(), options);
  Interrupt interrupt;
  const auto turn = patience.take_turn(agent, {}, interrupt, [&](const Pause& pause) {
    EXPECT_GT(pause.left, 59min);
    EXPECT_NE(describe(pause).find("rate limit: scripted goes on in"), std::string::npos) << describe(pause);
    interrupt.raise();
  });
  ASSERT_FALSE(turn);
  EXPECT_EQ(turn.error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace leanlab::agent

// Every call that the filter should answer is tried in a real sandbox, in each tier, with and without forks and network.
#include <sstream>

#include <gtest/gtest.h>

#include "base/fs.h"
#include "sandbox/launch.h"
#include "sandbox/probe.h"
#include "sandbox_support.h"

namespace leanlab::sandbox {
namespace {

struct Case {
  Tier tier;
  bool fork, network;
};

class DeniedCalls : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, DeniedCalls,
                         ::testing::Values(Case{Tier::A, true, false}, Case{Tier::A, false, false},
                                           Case{Tier::A, true, true}, Case{Tier::B, true, false},
                                           Case{Tier::B, false, false}, Case{Tier::B, true, true}),
                         [](const auto& param) {
                           return std::string(name(param.param.tier)) +
                                  (param.param.fork ? "_fork" : "_nofork") +
                                  (param.param.network ? "_network" : "");
                         });

TEST_P(DeniedCalls, are_answered_as_the_rules_say_and_counted) {
  const auto [tier, fork, network] = GetParam();
  const TierCheck& check = tier == Tier::A ? probe().a : probe().b;
  if (!check.available) GTEST_SKIP() << "tier " << name(tier) << " cannot be had here: " << check.reason;
  const fs::path tool = executable_path().parent_path() / "denied_calls_tool";
  Policy policy = testing::generous();
  policy.paths = {{tool.string(), Access::read}};
  policy.fork = fork;
  policy.network = network;
  Command command;
  command.argv = {tool.string(), name(tier), fork ? "fork" : "nofork", network ? "network" : "none"};
  command.cwd = "/usr";
  const Interrupt interrupt;
  const auto outcome = run(policy, command, tier, interrupt);
  ASSERT_TRUE(outcome) << one_line(outcome.error());
  ASSERT_TRUE(outcome->status.ok()) << outcome->status.describe() << outcome->err;
  std::istringstream lines(outcome->out);
  std::string call;
  int expected = -1, actual = -1, tried = 0;
  while (lines >> call >> expected >> actual) {
    EXPECT_EQ(actual, expected) << call;
    ++tried;
  }
  EXPECT_GT(tried, 60);
  EXPECT_GT(outcome->denied.size(), 50u);
}

}  // namespace
}  // namespace leanlab::sandbox

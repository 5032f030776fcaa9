#include <gtest/gtest.h>

#include "agent/agent.h"

namespace leanlab::agent {
namespace {

TEST(Backends, UnknownOnesGetASuggestion) {
  const auto agent = make_agent("tunner", {});
  ASSERT_FALSE(agent);
  EXPECT_EQ(agent.error().code, ErrorCode::usage);
  EXPECT_NE(agent.error().next.find("tuner"), std::string::npos);
}

TEST(Backends, ThoseOfTheContractThatAreNotBuiltSaySo) {
  for (const char* spec : {"codex", "acp", "api", "replay"}) {
    const auto agent = make_agent(spec, {});
    ASSERT_FALSE(agent) << spec;
    EXPECT_EQ(agent.error().code, ErrorCode::unsupported);
    EXPECT_NE(agent.error().message.find("not built yet"), std::string::npos);
  }
}

TEST(Backends, TheTunerTakesNoModel) {
  EXPECT_TRUE(make_agent("tuner", {}));
  EXPECT_EQ(make_agent("tuner:opus", {}).error().code, ErrorCode::usage);
}

TEST(Backends, EveryRoleHasItsName) {
  EXPECT_STREQ(name(Role::worker), "worker");
  EXPECT_STREQ(name(Role::spec_writer), "spec-writer");
  EXPECT_STREQ(name(Role::tech_lead), "tech-lead");
}

}  // namespace
}  // namespace leanlab::agent

#include <string>
#include <vector>

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

TEST(Backends, EachRowOfTheContractIsThere) {
  std::vector<std::string> names;
  for (const Backend& backend : backends()) names.emplace_back(backend.name);
  EXPECT_EQ(names, (std::vector<std::string>{"tuner", "command", "claude", "codex", "acp", "api", "replay"}));
}

TEST(Backends, WhatNeedsAnArgumentSaysWhich) {
  for (const char* spec : {"command", "acp", "api", "replay"}) {
    const auto agent = make_agent(spec, {});
    ASSERT_FALSE(agent) << spec;
    EXPECT_EQ(agent.error().code, ErrorCode::usage) << spec;
    EXPECT_NE(agent.error().next.find(spec), std::string::npos) << agent.error().next;
  }
}

TEST(Backends, TheTunerTakesNoModel) {
  EXPECT_TRUE(make_agent("tuner", {}));
  EXPECT_EQ(make_agent("tuner:opus", {}).error().code, ErrorCode::usage);
}

TEST(Backends, OptionsAreThoseOfTheBackend) {
  const auto refused = [](const char* agent, const char* options) {
    BackendOptions wanted;
    wanted.options = options;
    const auto made = make_agent(agent, wanted);
    return made ? std::string() : made.error().message + " " + made.error().next;
  };
  EXPECT_NE(refused("tuner", R"({"effort": "high"})").find("takes no options"), std::string::npos);
  EXPECT_NE(refused("api:m", R"({"temprature": 1})").find("temperature"), std::string::npos);
  EXPECT_NE(refused("api:m", R"({"temperature": 3})").find("from 0 to 2"), std::string::npos);
  EXPECT_NE(refused("api:m", R"({"max_steps": -1})").find("whole number"), std::string::npos);
  EXPECT_NE(refused("api:m", R"({"effort": "high"})").find("no option"), std::string::npos);
  EXPECT_NE(refused("api:m", "[1]").find("object"), std::string::npos);
  EXPECT_EQ(refused("tuner", ""), "");
}

TEST(Backends, EveryRoleHasItsName) {
  EXPECT_STREQ(name(Role::worker), "worker");
  EXPECT_STREQ(name(Role::spec_writer), "spec-writer");
  EXPECT_STREQ(name(Role::tech_lead), "tech-lead");
}

}  // namespace
}  // namespace leanlab::agent

// What the probe finds is what run() gives, and a weaker tier than asked for is an error.
#include "sandbox/probe.h"

#include <gtest/gtest.h>

namespace leanlab::sandbox {
namespace {

TEST(Probe, says_why_a_tier_is_missing) {
  EXPECT_EQ(probe().a.available, probe().a.reason.empty());
  EXPECT_EQ(probe().b.available, probe().b.reason.empty());
}

TEST(Probe, the_best_available_tier_is_chosen) {
  if (probe().forced) GTEST_SKIP() << "LEANLAB_FORCE_TIER is set";
  EXPECT_EQ(probe().tier == Tier::A, probe().a.available);
}

TEST(RequireTier, refuses_what_is_weaker) {
  ProbeResult found;
  found.tier = Tier::B;
  found.a.reason = "no user namespaces";
  EXPECT_TRUE(require_tier(found, Tier::C));
  EXPECT_TRUE(require_tier(found, Tier::B));
  const Status refused = require_tier(found, Tier::A);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::misconfigured);
  EXPECT_NE(refused.error().message.find("no user namespaces"), std::string::npos);
}

}  // namespace
}  // namespace leanlab::sandbox

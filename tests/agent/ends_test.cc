#include "agent/ends.h"

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

TEST(Ends, StatusesAndWordsAreToldApart) {
  EXPECT_EQ(end_of(429, ""), TurnEnd::rate_limited);
  EXPECT_EQ(end_of(529, "x"), TurnEnd::overloaded);
  EXPECT_EQ(end_of(401, "x"), TurnEnd::logged_out);
  EXPECT_EQ(end_of(400, "Credit balance is too low"), TurnEnd::out_of_credit);
  EXPECT_EQ(end_of(429, "insufficient_quota"), TurnEnd::out_of_credit);
  EXPECT_EQ(end_of(400, "prompt is too long, see rate limit page"), TurnEnd::failed);
  EXPECT_EQ(end_of(0, "Not logged in \u00b7 Please run /login"), TurnEnd::logged_out);
  EXPECT_EQ(end_of(0, "unexpected status 429 Too Many Requests"), TurnEnd::rate_limited);
  EXPECT_EQ(end_of(0, "segmentation fault"), TurnEnd::failed);
}

TEST(Ends, ALimitInDisguiseIsShortAndBeginsLikeOne) {
  EXPECT_EQ(limit_in_disguise("Claude AI usage limit reached|1764003600"), TurnEnd::rate_limited);
  EXPECT_EQ(limit_in_disguise("You've hit your limit \u00b7 resets 3pm"), TurnEnd::rate_limited);
  EXPECT_EQ(limit_in_disguise("Not logged in"), TurnEnd::logged_out);
  EXPECT_FALSE(limit_in_disguise("I raised the rate limit of the sampler and the score rose."));
  EXPECT_FALSE(limit_in_disguise("{\"experiment_file\": \"rate limit.py\"}"));
  EXPECT_FALSE(limit_in_disguise("Rate limit " + std::string(1000, 'x')));
}

TEST(Ends, AResetTimeIsTakenWhereThereIsOne) {
  EXPECT_EQ(reset_time("limit reached|1764003600"), UtcTime(std::chrono::seconds(1764003600)));
  EXPECT_FALSE(reset_time("limit reached|soon"));
  EXPECT_FALSE(reset_time("limit reached|12"));
  EXPECT_FALSE(reset_time("no bar"));
}

}  // namespace
}  // namespace leanlab::agent

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
  EXPECT_EQ(end_of(0, "unexpected status 403 Forbidden: your organization has been disabled"),
            TurnEnd::logged_out);
  EXPECT_EQ(end_of(0, "API Error: 529 {\"type\":\"error\"}"), TurnEnd::overloaded);
  EXPECT_EQ(end_of(0, "exit status 4034"), TurnEnd::failed);
  EXPECT_EQ(end_of(0, "exit status 1: no such file"), TurnEnd::failed);
  EXPECT_EQ(end_of(0, "Quota exceeded. Check your plan and billing details."), TurnEnd::out_of_credit);
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

// 2026-11-23, a Monday, 14:00:00 UTC.
constexpr std::int64_t k_noon_and_two = 1795442400;
UtcTime now() {
  return UtcTime(std::chrono::seconds(k_noon_and_two));
}
std::optional<std::int64_t> seconds_until(const char* message) {
  const auto at = reset_time(message, now());
  if (!at) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(*at - now()).count();
}

TEST(Ends, DurationsAreRead) {
  EXPECT_EQ(seconds_until("Please try again in 6s."), 6);
  EXPECT_EQ(seconds_until("Please try again in 1m30s. Visit"), 90);
  EXPECT_EQ(seconds_until("usage limit reached; try again in 1 day 2 hours and 3 minutes"), 93780);
  EXPECT_EQ(seconds_until("Your limit resets in 45 min"), 2700);
  EXPECT_EQ(seconds_until("try again in a while"), std::nullopt);
  EXPECT_EQ(seconds_until("try again in 99999999 days"), std::nullopt);
}

TEST(Ends, TimesOfDayAreReadInTheirZone) {
  EXPECT_EQ(seconds_until("You've hit your limit \u00b7 resets 3pm (UTC)"), 3600);
  EXPECT_EQ(seconds_until("5-hour limit reached \u2219 resets 3:30 pm UTC"), 5400);
  EXPECT_EQ(seconds_until("resets 1pm (UTC)"), 23 * 3600);
  EXPECT_EQ(seconds_until("resets 12am (UTC)"), 10 * 3600);
  EXPECT_EQ(seconds_until("limit reached, try again at 16:00 UTC"), 7200);
  EXPECT_EQ(seconds_until("Weekly limit reached \u2219 resets Nov 25, 2pm (UTC)"), 2 * 86400);
  EXPECT_EQ(seconds_until("try again at Nov 24th, 2026 2:30 PM UTC"), 86400 + 1800);
  EXPECT_EQ(seconds_until("resets 3pm (America/New_York)"), std::nullopt);
  EXPECT_EQ(seconds_until("resets 3 of them"), std::nullopt);
  EXPECT_EQ(seconds_until("resets 25:00"), std::nullopt);
  EXPECT_EQ(seconds_until("resets"), std::nullopt);
}

TEST(Ends, ATimeOfDayWithoutAZoneIsTheNextThatFitsHereOrInUtc) {
  const auto left = seconds_until("You've hit your limit \u00b7 resets 3pm");
  ASSERT_TRUE(left);
  EXPECT_GT(*left, 0);
  EXPECT_LE(*left, 3600) << "3pm in UTC is an hour ahead; here it may be sooner";
}

}  // namespace
}  // namespace leanlab::agent

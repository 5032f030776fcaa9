#include "base/clock.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace leanlab {
namespace {

TEST(Iso8601, RoundTrips) {
  const auto time = parse_iso8601("2026-11-23T09:22:00.123Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(iso8601(*time), "2026-11-23T09:22:00.123Z");
}

TEST(Iso8601, ReadsOffsetsAsPythonWritesThem) {
  EXPECT_EQ(iso8601(*parse_iso8601("2024-06-21T10:00:00.987654+02:00")), "2024-06-21T08:00:00.987Z");
  EXPECT_EQ(iso8601(*parse_iso8601("2024-06-21 10:00:00-0530")), "2024-06-21T15:30:00.000Z");
}

TEST(Iso8601, RefusesNonsense) {
  for (const char* text :
       {"", "yesterday", "2024-13-01T00:00:00Z", "2024-01-01T25:00:00Z", "2024-01-01T00:00:00X"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

TEST(LocalTime, IsTheZoneOfThePersonAndSaysIt) {
  const char* zone = std::getenv("TZ");
  const std::string before = zone ? zone : "";
  ::setenv("TZ", "CET-1", 1);
  ::tzset();
  EXPECT_EQ(local_time_of("2026-11-23T23:22:00.123Z"), "2026-11-24 00:22:00 +0100");
  EXPECT_EQ(local_time_of("some day"), "some day");
  zone ? ::setenv("TZ", before.c_str(), 1) : ::unsetenv("TZ");
  ::tzset();
}

TEST(HumanDuration, PicksTheUnit) {
  using namespace std::chrono_literals;
  EXPECT_EQ(human_duration(850ms), "850 ms");
  EXPECT_EQ(human_duration(4200ms), "4.2 s");
  EXPECT_EQ(human_duration(200s), "3 min 20 s");
  EXPECT_EQ(human_duration(125min), "2 h 05 min");
}

}  // namespace
}  // namespace leanlab

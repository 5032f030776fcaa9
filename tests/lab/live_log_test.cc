#include "lab/live_log.h"

#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab::lab {
namespace {

class LiveLogTest : public testing::Test {
 protected:
  TempDirectory folder_ = *TempDirectory::make();
  Place place_{"digits", folder_.path() / "digits", folder_.path() / "state"};
};

TEST_F(LiveLogTest, IsReadWhileItGrowsAndGoneAfterwards) {
  EXPECT_FALSE(LiveTail::open(place_, "7"));
  std::optional<LiveTail> tail;
  {
    LiveLog log(place_, "7");
    tail = LiveTail::open(place_, "7");
    ASSERT_TRUE(tail);
    EXPECT_EQ(tail->more(), "");
    log.add("one\n");
    EXPECT_EQ(tail->more(), "one\n");
    EXPECT_EQ(live_logs(place_), std::vector<std::string>{"7"});
    log.add("two\n");
    log.add("three");
    EXPECT_FALSE(tail->ended());
  }
  EXPECT_TRUE(tail->ended());
  EXPECT_EQ(tail->more(), "two\nthree");
  EXPECT_EQ(tail->more(), "");
  EXPECT_FALSE(LiveTail::open(place_, "7"));
  EXPECT_TRUE(live_logs(place_).empty());
}

TEST_F(LiveLogTest, AFloodIsCutAndSaysSo) {
  LiveLog log(place_, "s-1");
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 12; ++i) log.add(piece);
  auto tail = LiveTail::open(place_, "s-1");
  ASSERT_TRUE(tail);
  std::string all;
  for (std::string text = tail->more(); !text.empty(); text = tail->more()) all += text;
  EXPECT_LT(all.size(), 9u << 20);
  EXPECT_NE(all.find("the rest is not shown"), std::string::npos);
}

TEST_F(LiveLogTest, NothingFailsWhereNothingCanBeWritten) {
  place_.state = folder_.path() / "file";
  ASSERT_TRUE(write_file(place_.state, "no folder"));
  LiveLog log(place_, "1");
  log.add("unseen");
  EXPECT_FALSE(LiveTail::open(place_, "1"));
}

TEST_F(LiveLogTest, WhatAKilledRunLeftIsCleared) {
  ASSERT_TRUE(make_directories(place_.state / "live"));
  ASSERT_TRUE(write_file(place_.state / "live/3.log", "cut off"));
  clear_live_logs(place_);
  EXPECT_TRUE(live_logs(place_).empty());
}

}  // namespace
}  // namespace leanlab::lab

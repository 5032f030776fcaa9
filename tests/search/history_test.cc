#include "search/history.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace leanlab::search {
namespace {

TEST(History, KeepsTheBestInOrderWhateverComes) {
  History history;
  Random random(1);
  std::vector<double> all;
  for (int i = 0; i < 3000; ++i) {
    const double loss = random.uniform();
    all.push_back(loss);
    history.add({loss}, loss);
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(history.best().size(), History::k_best);
  for (std::size_t k = 0; k < History::k_best; ++k) EXPECT_EQ(*history.best()[k].loss, all[k]);
  EXPECT_LE(history.selection().size(), History::k_best + History::k_latest);
  EXPECT_EQ(history.count(), 3000u);
}

TEST(History, WhatIsNotFiniteIsInvalid) {
  History history;
  history.add({1}, std::numeric_limits<double>::quiet_NaN());
  history.add({2}, std::numeric_limits<double>::infinity());
  history.add({3}, std::nullopt);
  EXPECT_EQ(history.valid_count(), 0u);
  EXPECT_EQ(history.selection().size(), 3u);
  EXPECT_TRUE(history.seen({2}));
  EXPECT_FALSE(history.seen({4}));
}

TEST(History, EqualLossesKeepTheirOrderAndNoTrialAppearsTwice) {
  History history;
  for (int i = 0; i < 5; ++i) history.add({static_cast<double>(i)}, 1.0);
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(history.best()[i].number, i);
  EXPECT_EQ(history.selection().size(), 5u);
}

}  // namespace
}  // namespace leanlab::search

#include "search/enumerate.h"

#include <set>

#include <gtest/gtest.h>

#include "search/spaces.h"

namespace leanlab::search {
namespace {

TEST(Enumerate, FindsEachPointOnceThenSaysThatNoneIsLeft) {
  const Space space = space_of(
      {category("kind", 2), when(integer("depth", 1, 9), 0, {0}), when(category("flag", 2), 0, {1})});
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 11; ++i) {
    const auto point = first_free(space, 5, [&](const Point& p) { return seen.contains(Space::key(p)); });
    ASSERT_TRUE(point) << i;
    EXPECT_TRUE(space.contains(*point));
    EXPECT_TRUE(seen.insert(Space::key(*point)).second);
  }
  EXPECT_FALSE(first_free(space, 5, [&](const Point& p) { return seen.contains(Space::key(p)); }));
}

TEST(Enumerate, TheSeedShufflesTheOrder) {
  const Space space = space_of({integer("n", 0, 999)});
  std::set<double> firsts;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    firsts.insert((*first_free(space, seed, [](const Point&) { return false; }))[0]);
  EXPECT_GT(firsts.size(), 15u);
}

TEST(Enumerate, HugeDomainsCostNothing) {
  const Space space = space_of({integer("n", 0, 0x1p53), real("x")});
  EXPECT_TRUE(first_free(space, 1, [](const Point&) { return false; }));
}

}  // namespace
}  // namespace leanlab::search

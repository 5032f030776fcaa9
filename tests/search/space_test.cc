#include "search/space.h"

#include <gtest/gtest.h>

#include "search/spaces.h"

namespace leanlab::search {
namespace {

TEST(Space, RefusesWhatMakesNoSense) {
  EXPECT_FALSE(Space::make({real("x", 2, 1)}));
  EXPECT_FALSE(Space::make({real("x", 0, INFINITY)}));
  EXPECT_FALSE(Space::make({integer("n", 0.5, 3)}));
  EXPECT_FALSE(Space::make({integer("n", 0, 64, Scale::log)}));
  EXPECT_FALSE(Space::make({when(real("x"), 0, {1})}));
  EXPECT_FALSE(Space::make({when(real("x"), 7, {1})}));
  const auto circle = Space::make({when(integer("a", 0, 1), 1, {1}), when(integer("b", 0, 1), 0, {1})});
  ASSERT_FALSE(circle);
  EXPECT_NE(circle.error().message.find("circle"), std::string::npos);
}

TEST(Space, UnitMapsReachBothEndsAndComeBack) {
  const Space space = space_of({integer("n", -3, 12),
                                integer("log", 1, 1024, Scale::log),
                                category("c", 5),
                                {"rate", Kind::real, 1e-4, 1.0, Scale::log, {}}});
  for (std::size_t i = 0; i < space.size(); ++i) {
    EXPECT_EQ(space.from_unit(i, 0), space[i].low);
    EXPECT_EQ(space.from_unit(i, 1), space[i].high);
    for (double u = 0; u <= 1; u += 0.01) {
      const double value = space.from_unit(i, u);
      EXPECT_EQ(space.from_unit(i, space.to_unit(i, value)), value) << i << " at " << u;
    }
  }
}

TEST(Space, CellsOfWholeNumbersTileTheUnitInterval) {
  const Space space = space_of({integer("n", 1, 100, Scale::log)});
  double end = 0;
  for (int k = 1; k <= 100; ++k) {
    const Cell cell = space.cell(0, k);
    EXPECT_NEAR(cell.low, end, 1e-12);
    EXPECT_GT(cell.width(), 0);
    end = cell.high;
  }
  EXPECT_NEAR(end, 1, 1e-12);
}

TEST(Space, RealsHaveFewDigits) {
  const Space space =
      space_of({real("x", 0, 1), {"r", Kind::real, 1e-6, 1, Scale::log, {}}, real("wide", -3e8, 5e8)});
  EXPECT_EQ(space.from_unit(0, 1.0 / 3), 0.33333);
  EXPECT_EQ(space.from_unit(1, 0.5), 0.001);
  EXPECT_EQ(space.from_unit(2, 0.123456789), -201235000);
}

TEST(Space, ACanonicalPointForgetsWhatDoesNotCount) {
  const Space space = conditional_space();
  const Point one = space.canonical({0, 4, 0.25});
  EXPECT_FALSE(is_active(one[2]));
  EXPECT_EQ(Space::key(one), Space::key(space.canonical({0, 4, 0.75})));
  EXPECT_NE(Space::key(one), Space::key(space.canonical({0, 5, 0.75})));
  EXPECT_TRUE(space.contains(one));
  EXPECT_FALSE(space.contains({0, 4, 0.25}));
  EXPECT_FALSE(space.contains({1, k_inactive, 1.5}));
  EXPECT_FALSE(space.contains({0, 4.5, k_inactive}));
}

TEST(Space, AConditionMayNameALaterParameter) {
  const Space space = space_of({when(real("x"), 1, {1}), category("on", 2)});
  EXPECT_EQ(space.order(), (std::vector<std::size_t>{1, 0}));
  EXPECT_FALSE(is_active(space.from_units({0.5, 0.1})[0]));
  EXPECT_TRUE(is_active(space.from_units({0.5, 0.9})[0]));
}

TEST(Space, ChainsOfConditionsSwitchOffTogether) {
  const Space space = space_of({category("a", 2), when(category("b", 2), 0, {1}), when(real("c"), 1, {1})});
  const Point off = space.canonical({0, 1, 0.5});
  EXPECT_FALSE(is_active(off[1]));
  EXPECT_FALSE(is_active(off[2]));
}

}  // namespace
}  // namespace leanlab::search

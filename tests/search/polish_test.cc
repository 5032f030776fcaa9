#include "search/polish.h"

#include <gtest/gtest.h>

#include "search/spaces.h"

namespace leanlab::search {
namespace {

TEST(Step, StaysInTheSpaceAndMoves) {
  const Space space = space_of({category("kind", 2), when(integer("depth", 1, 9), 0, {0}),
                                when(real("rate"), 0, {1}), integer("n", 1, 64, Scale::log)});
  Random random(1);
  Point p = space.from_units({0.2, 0.5, 0.5, 0.5});
  for (int i = 0; i < 2000; ++i) {
    p = step(space, p, 0.2, random);
    ASSERT_TRUE(space.contains(p));
  }
}

TEST(Polish, FindsTheBottomOfAValleyFromPointsAroundIt) {
  const Space space = space_of({real("x"), real("y")});
  const auto loss = [](const Point& p) {
    return std::pow(p[0] - 0.31, 2) + 3 * std::pow(p[1] - 0.62, 2) + 0.5 * (p[0] - 0.31) * (p[1] - 0.62);
  };
  History history;
  Random random(2);
  for (int i = 0; i < 12; ++i) {
    const Point p = space.from_units({random.uniform(), random.uniform()});
    history.add(p, loss(p));
  }
  for (int i = 0; i < 10; ++i) {
    const Point p = polish_candidates(space, history.selection(), {}, {}, random).front();
    history.add(p, loss(p));
  }
  EXPECT_LT(*history.best().front().loss, 1e-4);
}

TEST(Polish, NeedsThreeValidTrials) {
  const Space space = space_of({real("x")});
  History history;
  Random random(3);
  history.add({0.1}, 1.0);
  history.add({0.2}, std::nullopt);
  history.add({0.3}, 2.0);
  EXPECT_TRUE(polish_candidates(space, history.selection(), {}, {}, random).empty());
}

TEST(Polish, EqualLossesAreNoTrouble) {
  const Space space = space_of({integer("n", 1, 8)});
  History history;
  Random random(4);
  for (int i = 1; i <= 4; ++i) history.add({static_cast<double>(i)}, 1.0);
  EXPECT_FALSE(polish_candidates(space, history.selection(), {}, {}, random).empty());
}

}  // namespace
}  // namespace leanlab::search

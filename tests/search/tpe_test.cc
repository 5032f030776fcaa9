#include "search/tpe.h"

#include <gtest/gtest.h>

#include "search/spaces.h"

namespace leanlab::search {
namespace {

std::vector<const Point*> pointers(const std::vector<Point>& points) {
  std::vector<const Point*> result;
  for (const Point& p : points) result.push_back(&p);
  return result;
}

ParzenMixture mixture(const Space& space, const std::vector<Point>& points) {
  return {space, pointers(points), std::vector<double>(points.size(), 1.0), {}};
}

// Over a finite space, conditions included, the masses of all points add up to one.
TEST(ParzenMixture, IsAProbabilityOverConditionalPoints) {
  const Space space = space_of({category("kind", 3), when(integer("depth", 1, 9), 0, {0}),
                                when(integer("width", 1, 64, Scale::log), 0, {1, 2}), category("flag", 2)});
  const auto m = mixture(
      space, {space.canonical({0, 3, 1, 0}), space.canonical({1, 1, 17, 1}), space.canonical({2, 1, 60, 1})});
  double sum = 0;
  for (int kind = 0; kind < 3; ++kind) {
    for (int flag = 0; flag < 2; ++flag) {
      if (kind == 0) {
        for (int depth = 1; depth <= 9; ++depth)
          sum += std::exp(m.log_density(space.canonical({0, depth * 1.0, 1, flag * 1.0})));
      } else {
        for (int width = 1; width <= 64; ++width)
          sum += std::exp(m.log_density(space.canonical({kind * 1.0, 1, width * 1.0, flag * 1.0})));
      }
    }
  }
  // Narrow cells use the density at their middle instead of the mass, hence the tolerance.
  EXPECT_NEAR(sum, 1.0, 0.01);
}

TEST(ParzenMixture, TheDensityOfARealIntegratesToOne) {
  const Space space = space_of({real("x")});
  const auto m = mixture(space, {{0.0}, {0.02}, {0.9}});
  double sum = 0;
  for (int k = 0; k < 10000; ++k) sum += std::exp(m.log_density({(k + 0.5) / 10000})) / 10000;
  EXPECT_NEAR(sum, 1.0, 1e-3);
}

TEST(ParzenMixture, SamplesFollowTheDensity) {
  const Space space = conditional_space();
  const auto m =
      mixture(space, {space.canonical({0, 2, 0}), space.canonical({0, 3, 0}), space.canonical({1, 0, 0.1})});
  Random random(3);
  double depth_low = 0, rate_high = 0;
  constexpr int k_samples = 20000;
  for (int i = 0; i < k_samples; ++i) {
    const Point p = m.sample(random);
    ASSERT_TRUE(space.contains(p));
    depth_low += p[0] == 0 && p[1] <= 3;
    rate_high += p[0] == 1 && p[2] > 0.5;
  }
  double expected_depth = 0, expected_rate = 0;
  for (int d = 1; d <= 3; ++d) expected_depth += std::exp(m.log_density(space.canonical({0, d * 1.0, 0})));
  for (int k = 0; k < 1000; ++k)
    expected_rate += std::exp(m.log_density(space.canonical({1, 0, 0.5 + (k + 0.5) / 2000}))) / 2000;
  EXPECT_NEAR(depth_low / k_samples, expected_depth, 0.02);
  EXPECT_NEAR(rate_high / k_samples, expected_rate, 0.02);
}

std::vector<const Trial*> pointers(const History& history) {
  return history.selection();
}

TEST(Tpe, ProposesWhereTheGoodPointsAreAndAvoidsInvalidOnes) {
  const Space space = space_of({real("x"), real("y")});
  History history;
  Random random(4);
  for (int i = 0; i < 80; ++i) {
    const Point p = space.from_units({random.uniform(), random.uniform()});
    // The lowest losses lie at x = 0.5, but everything with y above one half fails.
    history.add(p, p[1] > 0.5 ? std::nullopt : std::optional(std::abs(p[0] - 0.5)));
  }
  int near = 0, valid = 0;
  for (int i = 0; i < 100; ++i) {
    const Point p = tpe_candidates(space, pointers(history), history.valid_count(), {}, random).front();
    near += std::abs(p[0] - 0.5) < 0.15;
    valid += p[1] <= 0.5;
  }
  EXPECT_GT(near, 80);
  EXPECT_GT(valid, 85);
}

TEST(Tpe, PendingPointsPushTheNextOneAway) {
  const Space space = space_of({real("x"), real("y")});
  History history;
  Random random(5);
  for (int i = 0; i < 40; ++i) {
    const Point p = space.from_units({random.uniform(), random.uniform()});
    history.add(p, std::hypot(p[0] - 0.5, p[1] - 0.5));
  }
  const auto mean_distance = [&](const std::vector<Point>& pending) {
    double sum = 0;
    Random same(9);
    for (int i = 0; i < 200; ++i) {
      const Point p = tpe_candidates(space, pointers(history), history.valid_count(), pending, same).front();
      sum += std::hypot(p[0] - 0.5, p[1] - 0.5);
    }
    return sum / 200;
  };
  EXPECT_GT(mean_distance(std::vector<Point>(8, Point{0.5, 0.5})), 1.2 * mean_distance({}));
}

}  // namespace
}  // namespace leanlab::search

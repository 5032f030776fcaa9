#include "search/surrogate.h"

#include <gtest/gtest.h>

#include "search/sobol.h"
#include "search/spaces.h"

namespace leanlab::search {
namespace {

struct Data {
  std::vector<Point> points;
  std::vector<double> values;
  std::vector<const Point*> pointers() const {
    std::vector<const Point*> result;
    for (const Point& p : points) result.push_back(&p);
    return result;
  }
};

template <class F>
Data data(const Space& space, std::uint64_t n, F f) {
  Data result;
  for (std::uint64_t i = 0; i < n; ++i) {
    result.points.push_back(space.from_units(sobol_point(i, space.size(), 11)));
    result.values.push_back(f(result.points.back()));
  }
  return result;
}

TEST(Surrogate, PredictsASmoothFunctionAndKnowsWhatItDoesNotKnow) {
  const Space space = space_of({real("x"), real("y"), real("unused")});
  const auto f = [](const Point& p) { return 100 + 10 * std::sin(4 * p[0]) + 5 * p[1] * p[1]; };
  const Data d = data(space, 48, f);
  const Surrogate model(space, d.pointers(), d.values);
  double worst = 0;
  for (std::uint64_t i = 100; i < 150; ++i) {
    const Point p = space.from_units(sobol_point(i, 3, 11));
    worst = std::max(worst, std::abs(model.predict(p).mean - f(p)));
  }
  EXPECT_LT(worst, 1.0);  // of a range of about 20
  EXPECT_LT(model.predict(d.points[0]).deviation, 0.5 * model.predict({1, 1, 1}).deviation);
  EXPECT_GT(model.lengths()[2], 2 * model.lengths()[0]);
}

TEST(Surrogate, LearnsCategoriesAndConditions) {
  const Space space = conditional_space();
  const auto f = [](const Point& p) { return p[0] == 0 ? std::abs(p[1] - 4) : 10 + p[2]; };
  const Data d = data(space, 32, f);
  const Surrogate model(space, d.pointers(), d.values);
  EXPECT_LT(model.predict(space.canonical({0, 4, 0})).mean, model.predict(space.canonical({0, 9, 0})).mean);
  EXPECT_LT(model.predict(space.canonical({0, 9, 0})).mean, model.predict(space.canonical({1, 0, 0.5})).mean);
}

TEST(Surrogate, NoiseIsSmoothedNotFollowed) {
  const Space space = space_of({real("x")});
  int sign = 1;
  const Data d = data(space, 40, [&](const Point& p) { return p[0] + 0.3 * (sign = -sign); });
  const Surrogate model(space, d.pointers(), d.values);
  EXPECT_NEAR(model.predict({0.5}).mean, 0.5, 0.15);
}

TEST(Surrogate, ConstantValuesAreNoTrouble) {
  const Space space = space_of({real("x")});
  const Data d = data(space, 5, [](const Point&) { return 3.0; });
  EXPECT_NEAR(Surrogate(space, d.pointers(), d.values).predict({0.3}).mean, 3, 1e-6);
}

}  // namespace
}  // namespace leanlab::search

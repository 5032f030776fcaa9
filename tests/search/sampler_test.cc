#include "search/sampler.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/random.h"
#include "search/spaces.h"

namespace leanlab::search {
namespace {

struct Run {
  std::vector<Point> points;
  double best = INFINITY;
};

template <class Loss>
Run run(const Space& space, std::uint64_t n, std::uint64_t seed, Loss loss) {
  Sampler sampler(space);
  Run result;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto s = sampler.suggest({.seed = seed, .index = i, .pending = {}, .remaining = n - i - 1});
    if (!s) break;
    const std::optional<double> value = loss(s->point);
    sampler.observe(s->point, value);
    result.points.push_back(s->point);
    if (value) result.best = std::min(result.best, *value);
  }
  return result;
}

std::optional<double> bowl(const Point& p) {
  double sum = 0;
  for (const double x : p) sum += is_active(x) ? (x - 0.3) * (x - 0.3) : 1;
  return sum;
}

TEST(Sampler, TheSameSeedAndResultsGiveTheSameSuggestions) {
  const Space space = space_of({real("x"), integer("n", 1, 64, Scale::log), category("c", 3)});
  const auto a = run(space, 30, 7, bowl), b = run(space, 30, 7, bowl), c = run(space, 30, 8, bowl);
  EXPECT_EQ(a.points, b.points);
  EXPECT_NE(a.points, c.points);
}

TEST(Sampler, NeverRepeatsAndSaysWhenTheSpaceIsExhausted) {
  const Space space = space_of(
      {category("kind", 2), when(integer("depth", 1, 9), 0, {0}), when(category("flag", 2), 0, {1})});
  const auto r =
      run(space, 100, 1, [](const Point& p) { return p[0] == 0 ? std::optional(p[1]) : std::nullopt; });
  std::set<std::uint64_t> keys;
  for (const Point& p : r.points) {
    EXPECT_TRUE(space.contains(p));
    keys.insert(Space::key(p));
  }
  EXPECT_EQ(r.points.size(), 11u);
  EXPECT_EQ(keys.size(), 11u);
}

TEST(Sampler, PendingPointsAreNotSuggestedAgain) {
  const Space space = space_of({integer("n", 1, 6)});
  const Sampler sampler(space);
  std::vector<Point> pending;
  for (std::uint64_t i = 0; i < 6; ++i) {
    const auto s = sampler.suggest({.seed = 2, .index = i, .pending = pending, .remaining = 10});
    ASSERT_TRUE(s);
    for (const Point& p : pending) EXPECT_NE(p, s->point);
    pending.push_back(s->point);
  }
  EXPECT_FALSE(sampler.suggest({.seed = 2, .index = 6, .pending = pending, .remaining = 10}));
}

TEST(Sampler, BeginsWithSobolThenLearnsThenPolishes) {
  const Space space = space_of({real("x"), real("y")});
  Sampler sampler(space);
  std::vector<Method> methods;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto s = sampler.suggest({.seed = 3, .index = i, .pending = {}, .remaining = 39 - i});
    methods.push_back(s->method);
    sampler.observe(s->point, bowl(s->point));
  }
  EXPECT_EQ(methods.front(), Method::sobol);
  EXPECT_TRUE(methods[39] == Method::polish || methods[38] == Method::polish);
  EXPECT_GT(std::count(methods.begin(), methods.end(), Method::tpe), 10);
}

TEST(Sampler, FindsASmallRegionFarBetterThanChanceWould) {
  const Space space = space_of({real("a"), real("b"), real("c"), real("d")});
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) sum += run(space, 60, seed, bowl).best;
  // The best of sixty random points has a median of about 0.03.
  EXPECT_LT(sum / 5, 0.004);
}

TEST(Sampler, WorksWhenEverythingIsInvalidOrThereIsNothingToChoose) {
  const auto none = [](const Point&) { return std::optional<double>(); };
  EXPECT_EQ(run(conditional_space(), 40, 1, none).points.size(), 40u);
  EXPECT_EQ(run(space_of({integer("n", 3, 3)}), 5, 1, none).points.size(), 1u);
}

TEST(Sampler, ManyObservationsDoNotMatterToASuggestion) {
  const Space space = space_of({real("x"), real("y")});
  Sampler sampler(space);
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    const Point p = space.from_units({random.uniform(), random.uniform()});
    sampler.observe(p, bowl(p));
  }
  EXPECT_LE(sampler.history().selection().size(), History::k_best + History::k_latest);
  EXPECT_TRUE(sampler.suggest({.seed = 1, .index = 20000, .pending = {}, .remaining = 0}));
}

}  // namespace
}  // namespace leanlab::search

#include "search/sobol.h"

#include <set>

#include <gtest/gtest.h>

namespace leanlab::search {
namespace {

// The defining property of a (0, 1)-sequence in each axis; scrambling must keep it.
TEST(Sobol, EveryAxisIsStratified) {
  for (const std::uint64_t seed : {0u, 1u, 77u}) {
    for (std::size_t d = 0; d < k_sobol_dimensions; ++d) {
      std::set<int> cells;
      for (std::uint64_t i = 0; i < 64; ++i)
        cells.insert(static_cast<int>(sobol_point(i, d + 1, seed)[d] * 64));
      EXPECT_EQ(cells.size(), 64u) << "dimension " << d << ", seed " << seed;
    }
  }
}

// The first two dimensions are a (0, 2)-sequence: 2^k points in 2^k boxes of any shape.
TEST(Sobol, TheFirstTwoAxesFillEveryElementaryBox) {
  for (int rows = 1; rows <= 64; rows *= 2) {
    std::set<std::pair<int, int>> boxes;
    for (std::uint64_t i = 0; i < 64; ++i) {
      const auto p = sobol_point(i, 2, 5);
      boxes.insert({static_cast<int>(p[0] * rows), static_cast<int>(p[1] * (64 / rows))});
    }
    EXPECT_EQ(boxes.size(), 64u) << rows;
  }
}

TEST(Sobol, SeedsDifferAndRepeat) {
  EXPECT_EQ(sobol_point(3, 5, 9), sobol_point(3, 5, 9));
  EXPECT_NE(sobol_point(3, 5, 9), sobol_point(3, 5, 10));
}

TEST(Sobol, DimensionsBeyondTheTableAreFilledToo) {
  const auto p = sobol_point(0, k_sobol_dimensions + 40, 1);
  std::set<double> values(p.begin(), p.end());
  EXPECT_EQ(values.size(), k_sobol_dimensions + 40);
  for (const double u : p) EXPECT_TRUE(u >= 0 && u < 1);
}

// A product integrand: quasi-random points must beat the error of independent ones (about 1/sqrt(n) = 0.03) by far.
TEST(Sobol, IntegratesBetterThanChance) {
  double sum = 0;
  for (std::uint64_t i = 0; i < 1024; ++i) {
    double product = 1;
    for (const double u : sobol_point(i, 6, 42)) product *= 0.5 + u;
    sum += product;
  }
  EXPECT_NEAR(sum / 1024, 1.0, 0.002);
}

}  // namespace
}  // namespace leanlab::search

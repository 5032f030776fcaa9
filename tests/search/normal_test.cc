#include "search/normal.h"

#include <gtest/gtest.h>

namespace leanlab::search {
namespace {

TEST(Normal, QuantileInvertsTheDistributionFunction) {
  for (double z = -6; z <= 6; z += 0.01) EXPECT_NEAR(normal_quantile(normal_cdf(z)), z, 1e-6);
  EXPECT_LT(normal_quantile(0), -30);
  EXPECT_GT(normal_quantile(1), 8);
}

}  // namespace
}  // namespace leanlab::search

#include "base/random.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace leanlab {
namespace {

TEST(Random, IsTheSameOnEveryMachine) {
  Random random(42);
  EXPECT_EQ(random.next(),
            1546998764402558742ULL);  // xoshiro256** after splitmix64(42), from the reference code
  Random again(42);
  EXPECT_EQ(again.next(), 1546998764402558742ULL);
  EXPECT_NE(derive_seed(1, "proposal", 0), derive_seed(1, "proposal", 1));
  EXPECT_NE(derive_seed(1, "proposal", 0), derive_seed(1, "polish", 0));
}

TEST(Random, IsUniform) {
  Random random(7);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double normal = random.normal();
    EXPECT_LT(random.below(3), 3u);
    sum += normal;
    squares += normal * normal;
  }
  EXPECT_NEAR(sum / 100'000, 0, 0.02);
  EXPECT_NEAR(squares / 100'000, 1, 0.03);
}

TEST(Sha256, MatchesTheStandardsExample) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace leanlab

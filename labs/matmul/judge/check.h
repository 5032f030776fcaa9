// check: is c the product of a and b, as far as float arithmetic can be?
#pragma once

#include <string>

#include "random.h"

struct Checked {
  std::string why;  ///< empty: it is
  double error =
      0;  ///< largest |c - exact| / (|a||b|) among the entries looked at, about 1e-7 for honest float sums
};

/// Freivalds' test over all rows and single entries at random, both in double. See README, "What counts as equal".
Checked check_product(int m, int n, int k, const float* a, const float* b, const float* c, Random& random);

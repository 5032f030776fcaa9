// Problems: functions with a known minimum on which samplers are compared.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "search/space.h"

namespace leanlab::bench {

/// A loss to be minimised. What is reported is the noiseless loss of the point that looked best, less the minimum.
struct Problem {
  std::string name;
  std::string kind;  ///< for the table: "rotated", "conditional", ...
  search::Space space;
  std::function<double(const search::Point&)> loss;
  double minimum = 0;
  double noise = 0;                                      ///< standard deviation added to each observation
  std::function<bool(const search::Point&)> valid = {};  ///< empty: everything is
};

/// Those that the sampler was developed against.
[[nodiscard]] std::vector<Problem> development_problems();
/// Those that it was not: looked at once, when it was done.
[[nodiscard]] std::vector<Problem> held_out_problems();

}  // namespace leanlab::bench

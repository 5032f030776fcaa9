// Polish: a local search around the best points, guided by a surrogate of what has been seen.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/random.h"
#include "search/history.h"
#include "search/space.h"

namespace leanlab::search {

/// The points that are most worth trying, best first: from steps of many sizes around the best trials (few coordinates at a
/// time) and `candidates` from elsewhere, those of largest expected improvement under a Gaussian process. Pending points are
/// believed to give what the process expects. Empty when fewer than three trials are valid.
[[nodiscard]] std::vector<Point> polish_candidates(const Space& space, std::span<const Trial* const> trials,
                                                   std::span<const Point> pending,
                                                   std::span<const Point> candidates, Random& random);

/// `point` with a step of about `size` (in unit space) in a few of its parameters; a category changes at random.
[[nodiscard]] Point step(const Space& space, const Point& point, double size, Random& random);

}  // namespace leanlab::search

// Enumerate: walks through the points of a space one by one, for when chance finds no new one any more.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "search/space.h"

namespace leanlab::search {

/// The first point, in an order that `seed` shuffles, which `taken` denies; none when there is no such point. Each
/// distinct point is tried once, so that the cost is the number of taken points and one. A real counts as 1024 values.
[[nodiscard]] std::optional<Point> first_free(const Space& space, std::uint64_t seed,
                                              const std::function<bool(const Point&)>& taken);

}  // namespace leanlab::search

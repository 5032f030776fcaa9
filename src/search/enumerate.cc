// Enumerate: depth first over active parameters only, so that no point is met twice.
#include "search/enumerate.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace leanlab::search {
namespace {

constexpr double k_real_values = 1024;

class Walk {
 public:
  Walk(const Space& space, std::uint64_t seed, const std::function<bool(const Point&)>& taken)
      : space_(space), seed_(seed), taken_(taken), point_(space.size(), k_inactive) {}

  bool from(std::size_t depth) {
    if (depth == space_.size()) return !taken_(point_);
    const std::size_t index = space_.order()[depth];
    if (!space_.active(index, point_)) {
      point_[index] = k_inactive;
      return from(depth + 1);
    }
    // n values are visited as start, start + stride, ...: with a stride that has no factor in common with n each once.
    const auto n = static_cast<std::uint64_t>(
        std::min(space_.count(index), space_[index].kind == Kind::real ? k_real_values : 0x1p53));
    Random random(derive_seed(seed_, "enumerate", depth));
    const std::uint64_t start = random.below(n);
    std::uint64_t stride = n < 3 ? 1 : 1 + random.below(n - 1);
    while (std::gcd(stride, n) != 1) ++stride;
    std::uint64_t at = start;
    for (std::uint64_t k = 0; k < n; ++k, at = (at + stride) % n) {
      point_[index] = value(index, at, n);
      if (from(depth + 1)) return true;
    }
    point_[index] = k_inactive;
    return false;
  }

  [[nodiscard]] const Point& point() const { return point_; }

 private:
  [[nodiscard]] double value(std::size_t index, std::uint64_t at, std::uint64_t n) const {
    if (space_[index].kind != Kind::real) return space_[index].low + static_cast<double>(at);
    return space_.from_unit(index, (static_cast<double>(at) + 0.5) / static_cast<double>(n));
  }

  const Space& space_;
  std::uint64_t seed_;
  const std::function<bool(const Point&)>& taken_;
  Point point_;
};

}  // namespace

std::optional<Point> first_free(const Space& space, std::uint64_t seed,
                                const std::function<bool(const Point&)>& taken) {
  Walk walk(space, seed, taken);
  if (!walk.from(0)) return std::nullopt;
  return walk.point();
}

}  // namespace leanlab::search

// History: what a search has seen, bounded: the best trials, the latest ones, and a hash of every point.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_set>
#include <vector>

#include "search/space.h"

namespace leanlab::search {

/// One judged point. Losses are minimised; none: invalid.
struct Trial {
  std::uint64_t number = 0;  ///< in the order of arrival
  Point point;
  std::optional<double> loss;
};

/// Thread: one writer, or many readers.
class History {
 public:
  static constexpr std::size_t k_best = 96;
  static constexpr std::size_t k_latest = 256;

  /// Takes in the next trial, in the recorded order. `point` is canonical; a loss that is not finite counts as invalid.
  void add(Point point, std::optional<double> loss);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t valid_count() const { return valid_count_; }
  [[nodiscard]] bool seen(const Point& point) const { return seen_.contains(Space::key(point)); }
  /// The valid trials with the lowest losses, best first; of equal ones the earlier first.
  [[nodiscard]] const std::vector<Trial>& best() const { return best_; }
  /// The best ones first, in their order, then the other recent ones, oldest first. At most k_best + k_latest.
  [[nodiscard]] std::vector<const Trial*> selection() const;

 private:
  std::uint64_t count_ = 0;
  std::uint64_t valid_count_ = 0;
  std::vector<Trial> best_;
  std::deque<Trial> latest_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace leanlab::search

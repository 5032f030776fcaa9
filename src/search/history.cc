// History: keeps the cost of a suggestion bounded, however long the book is.
#include "search/history.h"

#include <algorithm>
#include <cmath>

namespace leanlab::search {

void History::add(Point point, std::optional<double> loss) {
  if (loss && !std::isfinite(*loss)) loss.reset();
  seen_.insert(Space::key(point));
  Trial trial{count_++, std::move(point), loss};
  if (loss) {
    ++valid_count_;
    const auto after = std::upper_bound(best_.begin(), best_.end(), *loss,
                                        [](double value, const Trial& t) { return value < *t.loss; });
    if (best_.size() < k_best || after != best_.end()) {
      best_.insert(after, trial);
      if (best_.size() > k_best) best_.pop_back();
    }
  }
  latest_.push_back(std::move(trial));
  if (latest_.size() > k_latest) latest_.pop_front();
}

std::vector<const Trial*> History::selection() const {
  std::vector<const Trial*> result;
  std::unordered_set<std::uint64_t> taken;
  for (const Trial& trial : best_) {
    result.push_back(&trial);
    taken.insert(trial.number);
  }
  for (const Trial& trial : latest_) {
    if (!taken.contains(trial.number)) result.push_back(&trial);
  }
  return result;
}

}  // namespace leanlab::search

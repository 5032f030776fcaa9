// Sampler: what to try next, from what has been seen: Sobol at first, then TPE, then polish near the end of the run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "search/history.h"
#include "search/space.h"

namespace leanlab::search {

/// How a suggestion came about.
enum class Method { sobol, tpe, polish, enumeration };
[[nodiscard]] const char* name(Method method);

struct Suggestion {
  Point point;
  Method method = Method::sobol;
};

struct SuggestRequest {
  std::uint64_t seed = 0;
  std::uint64_t index = 0;         ///< counts suggestions; with `seed` it fixes all chance
  std::span<const Point> pending;  ///< suggested, not yet observed; canonical
  std::uint64_t remaining = 0;     ///< suggestions left in this run after this one
};

/// Which parts are used; the benchmark compares them.
struct SamplerOptions {
  bool polish = true;
};

/// Minimises. The same seed, the same index, the same observations in the same order and the same pending points give the same
/// suggestion. A suggestion costs the same after a million observations as after four hundred; memory grows by a hash
/// per observation. Thread: observe() needs exclusion, suggest() does not.
class Sampler {
 public:
  explicit Sampler(Space space, SamplerOptions options = {}) : space_(std::move(space)), options_(options) {}

  [[nodiscard]] const Space& space() const { return space_; }
  [[nodiscard]] const History& history() const { return history_; }

  /// A judged point; none: invalid.
  void observe(const Point& point, std::optional<double> loss) {
    history_.add(space_.canonical(point), loss);
  }

  /// A point that was neither observed nor is pending; none: there is no other point.
  [[nodiscard]] std::optional<Suggestion> suggest(const SuggestRequest& request) const;

 private:
  [[nodiscard]] Method plan(const SuggestRequest& request) const;

  Space space_;
  SamplerOptions options_;
  History history_;
};

}  // namespace leanlab::search

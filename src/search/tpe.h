// TPE: the Tree-structured Parzen Estimator: densities of good and of bad points, and a point where their ratio is best.
#pragma once

#include <span>
#include <vector>

#include "base/random.h"
#include "search/history.h"
#include "search/space.h"

namespace leanlab::search {

/// A mixture of one kernel per point and a uniform prior, over the whole space at once, so that parameters that go together
/// are learnt together. A kernel is a tree walk: an active parameter that the point has follows the kernel's own part
/// (truncated normal, its mass over an integer's cell, or a category's share), one that it lacks follows the prior. That
/// makes it a proper density over points with conditional parameters. Widths adapt to the group's own spread.
class ParzenMixture {
 public:
  struct Options {
    double prior_weight = 1.0;  ///< of the uniform part, in points
    double narrowest = 0.01;    ///< width of a kernel, in unit space
  };
  /// `weights` has one entry per point.
  ParzenMixture(const Space& space, std::span<const Point* const> points, std::span<const double> weights,
                const Options& options);

  [[nodiscard]] Point sample(Random& random) const;
  /// Natural logarithm of the density (of the mass, for whole numbers and categories).
  [[nodiscard]] double log_density(const Point& point) const;

 private:
  struct Factor {
    double centre = 0;  ///< in unit space; a category's index
    double low = 0;     ///< normal's distribution function at 0
    double mass = 1;    ///< and its rise from 0 to 1
    bool present = false;
  };
  void set_widths(std::span<const Point* const> points);
  [[nodiscard]] double log_factor(std::size_t index, const Factor& factor, const Point& point,
                                  Cell cell) const;

  const Space& space_;
  std::size_t count_ = 0;
  std::vector<double> widths_;   ///< per parameter: a normal's deviation, or the share of other categories
  std::vector<Factor> factors_;  ///< count_ rows of space.size()
  std::vector<double> log_weights_;  ///< of the kernels, then of the prior
  double narrowest_;
};

/// What a proposal is made from.
struct TpeOptions {
  double good_share = 0.15;
  std::size_t most_good = 25;
  std::size_t candidates = 48;
};

/// Candidates drawn from the good points' density, the most promising first: those that are likelier among the good than among
/// the bad. Invalid trials and pending points count as bad. `trials` as from History::selection().
[[nodiscard]] std::vector<Point> tpe_candidates(const Space& space, std::span<const Trial* const> trials,
                                                std::uint64_t valid_count, std::span<const Point> pending,
                                                Random& random, const TpeOptions& options = {});

}  // namespace leanlab::search

// Surrogate: a small Gaussian process over mixed and conditional spaces, which says what a point will probably give.
#pragma once

#include <span>
#include <vector>

#include "search/space.h"

namespace leanlab::search {

/// Matérn 5/2 with one length per parameter and a noise level, both at the maximum of their posterior. Numbers are compared
/// in unit space, categories as equal or not, an inactive parameter is as far from any value as another category.
class Surrogate {
 public:
  struct Prediction {
    double mean = 0;
    double deviation = 1;
  };
  /// Fits `values` at `points` (one each, at least two). Cost: some 50 factorisations of a matrix of that size.
  Surrogate(const Space& space, std::span<const Point* const> points, std::vector<double> values);

  /// Of the value itself, without noise, in the unit of `values`.
  [[nodiscard]] Prediction predict(const Point& point) const;
  /// Lengths in unit space, as fitted: a short one marks a parameter that matters.
  [[nodiscard]] const std::vector<double>& lengths() const { return lengths_; }

 private:
  using Coordinates = std::vector<double>;
  [[nodiscard]] Coordinates coordinates(const Point& point) const;
  [[nodiscard]] double distance2(std::size_t parameter, double a, double b) const;
  [[nodiscard]] double kernel(const Coordinates& a, const Coordinates& b) const;
  /// Builds and factors the matrix for the present lengths and noise; returns the log posterior, or -infinity.
  double factor();
  void fit();

  const Space& space_;
  std::vector<Coordinates> rows_;
  std::vector<double> values_;  ///< standardised
  double mean_ = 0, scale_ = 1;
  std::vector<double> lengths_;
  double noise_ = 1e-4;        ///< variance, as a share of the signal's
  double signal_ = 1;          ///< variance
  std::vector<double> lower_;  ///< Cholesky factor, row by row
  std::vector<double> alpha_;  ///< matrix^-1 * values
};

}  // namespace leanlab::search

// Surrogate: exact inference by Cholesky; lengths and noise by a coordinate search on a log grid, which needs no gradients.
#include "search/surrogate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace leanlab::search {
namespace {

constexpr double k_shortest = 0.03, k_longest = 8.0;
constexpr double k_least_noise = 1e-6, k_most_noise = 1.0;
/// Off the axis of values, so that an inactive parameter has the squared distance 0.75 to 1 to any value.
constexpr double k_inactive_height2 = 0.75;

double square(double x) {
  return x * x;
}

}  // namespace

Surrogate::Surrogate(const Space& space, std::span<const Point* const> points, std::vector<double> values)
    : space_(space), values_(std::move(values)) {
  const auto n = static_cast<double>(values_.size());
  mean_ = std::accumulate(values_.begin(), values_.end(), 0.0) / n;
  double squares = 0;
  for (const double v : values_) squares += square(v - mean_);
  scale_ = squares > 0 ? std::sqrt(squares / n) : 1.0;
  for (double& v : values_) v = (v - mean_) / scale_;
  for (const Point* point : points) rows_.push_back(coordinates(*point));
  lengths_.assign(space.size(), 0.7);
  fit();
}

Surrogate::Coordinates Surrogate::coordinates(const Point& point) const {
  Coordinates result(point);
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (is_active(point[i]) && space_[i].kind != Kind::category) result[i] = space_.to_unit(i, point[i]);
  }
  return result;
}

double Surrogate::distance2(std::size_t parameter, double a, double b) const {
  const bool here = is_active(a), there = is_active(b);
  if (!here && !there) return 0;
  if (space_[parameter].kind == Kind::category) return here && there && a == b ? 0 : 1;
  if (here && there) return square(a - b);
  return square((here ? a : b) - 0.5) + k_inactive_height2;
}

double Surrogate::kernel(const Coordinates& a, const Coordinates& b) const {
  double r2 = 0;
  for (std::size_t i = 0; i < a.size(); ++i) r2 += distance2(i, a[i], b[i]) / square(lengths_[i]);
  const double r = std::sqrt(5 * r2);
  return (1 + r + r * r / 3) * std::exp(-r);
}

double Surrogate::factor() {
  const std::size_t n = rows_.size();
  lower_.assign(n * n, 0);
  double log_determinant = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = i == j ? 1 + noise_ + 1e-8 : kernel(rows_[i], rows_[j]);
      for (std::size_t k = 0; k < j; ++k) sum -= lower_[i * n + k] * lower_[j * n + k];
      if (i == j) {
        if (sum <= 0) return -std::numeric_limits<double>::infinity();
        lower_[i * n + i] = std::sqrt(sum);
        log_determinant += std::log(sum);
      } else {
        lower_[i * n + j] = sum / lower_[j * n + j];
      }
    }
  }
  alpha_ = values_;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) alpha_[i] -= lower_[i * n + k] * alpha_[k];
    alpha_[i] /= lower_[i * n + i];
  }
  const double fit = std::inner_product(alpha_.begin(), alpha_.end(), alpha_.begin(), 0.0);
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) alpha_[i] -= lower_[k * n + i] * alpha_[k];
    alpha_[i] /= lower_[i * n + i];
  }
  // The signal's variance has its best value in closed form (with a weak pull towards 1).
  const auto count = static_cast<double>(n);
  signal_ = (fit + 1) / (count + 1);
  double log_posterior = -0.5 * (count + 1) * std::log(signal_) - 0.5 * log_determinant;
  for (const double length : lengths_) {
    // Lengths grow with the number of parameters, as distances do (Hvarfner et al., 2024).
    const double expected = std::log(0.4 * std::sqrt(static_cast<double>(lengths_.size())));
    log_posterior -= 0.5 * square((std::log(length) - expected) / 1.2);
  }
  return log_posterior - 0.5 * square((std::log(noise_) - std::log(1e-4)) / 3.5);
}

void Surrogate::fit() {
  double best = factor();
  const auto tries = [&](double& variable, double ratio, double low, double high) {
    const double old = variable;
    bool improved = false;
    for (const double factor_by : {ratio, 1 / ratio}) {
      const double before = variable;
      variable = std::clamp(old * factor_by, low, high);
      const double value = variable == before ? best : factor();
      if (value > best) {
        best = value;
        improved = true;
        break;
      }
      variable = old;
    }
    return improved;
  };
  for (const double ratio : {3.0, 2.0, 1.5}) {
    for (int sweep = 0; sweep < 2; ++sweep) {
      bool improved = tries(noise_, ratio * ratio, k_least_noise, k_most_noise);
      for (double& length : lengths_) improved = tries(length, ratio, k_shortest, k_longest) || improved;
      if (!improved) break;
    }
  }
  factor();
}

Surrogate::Prediction Surrogate::predict(const Point& point) const {
  const Coordinates at = coordinates(point);
  const std::size_t n = rows_.size();
  std::vector<double> k(n);
  for (std::size_t i = 0; i < n; ++i) k[i] = kernel(at, rows_[i]);
  const double mean = std::inner_product(k.begin(), k.end(), alpha_.begin(), 0.0);
  double variance = 1;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) k[i] -= lower_[i * n + j] * k[j];
    k[i] /= lower_[i * n + i];
    variance -= square(k[i]);
  }
  return {mean_ + scale_ * mean, scale_ * std::sqrt(std::max(variance, 1e-12) * signal_)};
}

}  // namespace leanlab::search

// TPE after Bergstra et al. (2011), with joint kernels as in Falkner et al. (2018) and Watanabe (2023).
#include "search/tpe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "search/normal.h"

namespace leanlab::search {
namespace {

double log_sum_exp(std::span<const double> values) {
  const double top = *std::max_element(values.begin(), values.end());
  if (!std::isfinite(top)) return top;
  double sum = 0;
  for (const double v : values) sum += std::exp(v - top);
  return top + std::log(sum);
}

/// Standard deviation, or that of the middle half where it is smaller: a few far points must not widen every kernel.
double robust_spread(std::vector<double> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const double deviation = std::sqrt(squares / n);
  std::sort(values.begin(), values.end());
  const double quartiles = values[(3 * values.size()) / 4] - values[values.size() / 4];
  const double middle = quartiles / 1.349;
  return middle > 0 ? std::min(deviation, middle) : deviation;
}

}  // namespace

ParzenMixture::ParzenMixture(const Space& space, std::span<const Point* const> points,
                             std::span<const double> weights, const Options& options)
    : space_(space), count_(points.size()), narrowest_(options.narrowest) {
  set_widths(points);
  factors_.resize(count_ * space.size());
  for (std::size_t k = 0; k < count_; ++k) {
    for (std::size_t i = 0; i < space.size(); ++i) {
      const double value = (*points[k])[i];
      if (!is_active(value)) continue;
      Factor& f = factors_[k * space.size() + i];
      f.present = true;
      if (space[i].kind == Kind::category) {
        f.centre = value;
        continue;
      }
      f.centre = space.to_unit(i, value);
      f.low = normal_cdf((0 - f.centre) / widths_[i]);
      f.mass = normal_cdf((1 - f.centre) / widths_[i]) - f.low;
    }
  }
  const double total = std::accumulate(weights.begin(), weights.end(), options.prior_weight);
  for (const double w : weights) log_weights_.push_back(std::log(w / total));
  log_weights_.push_back(std::log(options.prior_weight / total));
}

void ParzenMixture::set_widths(std::span<const Point* const> points) {
  widths_.assign(space_.size(), 1.0);
  double dimensions = 0;
  for (std::size_t i = 0; i < space_.size(); ++i) dimensions += space_.count(i) > 1 ? 1 : 0;
  for (std::size_t i = 0; i < space_.size(); ++i) {
    std::vector<double> values;
    for (const Point* point : points) {
      if (is_active((*point)[i]))
        values.push_back(space_[i].kind == Kind::category ? (*point)[i] : space_.to_unit(i, (*point)[i]));
    }
    if (values.empty()) continue;
    const auto n = static_cast<double>(values.size());
    const double shrink = std::pow(n, -1.0 / (dimensions + 4));  // Scott's rule
    if (space_[i].kind == Kind::category) {
      widths_[i] = std::min(0.9, shrink * 0.5);
      continue;
    }
    // A uniform group has a spread of 0.29; few points say little about their spread, so it is drawn towards that.
    const double spread = (robust_spread(values) * n + 0.29) / (n + 1);
    const double cell = space_[i].kind == Kind::integer ? 0.5 / space_.count(i) : 0;
    widths_[i] = std::max({spread * shrink, narrowest_, cell});
  }
}

double ParzenMixture::log_factor(std::size_t index, const Factor& f, const Point& point, Cell cell) const {
  const Parameter& p = space_[index];
  const double n = space_.count(index);
  if (p.kind == Kind::category) {
    if (!f.present) return -std::log(n);
    const double other = widths_[index] / n;
    return std::log(point[index] == f.centre ? 1 - widths_[index] + other : other);
  }
  if (!f.present) return p.kind == Kind::integer ? std::log(std::max(cell.width(), 1e-300)) : 0.0;
  const double width = widths_[index];
  if (p.kind == Kind::integer && cell.width() > 0.25 * width) {
    const double mass =
        normal_cdf((cell.high - f.centre) / width) - normal_cdf((cell.low - f.centre) / width);
    return std::log(std::max(mass / f.mass, 1e-300));
  }
  const double z = (cell.middle() - f.centre) / width;
  const double density = -0.5 * z * z - std::log(width * 2.5066282746310002) - std::log(f.mass);
  return p.kind == Kind::integer ? density + std::log(std::max(cell.width(), 1e-300)) : density;
}

double ParzenMixture::log_density(const Point& point) const {
  std::vector<double> parts = log_weights_;
  const Factor none;
  for (std::size_t i = 0; i < space_.size(); ++i) {
    if (!is_active(point[i])) continue;
    const Cell cell = space_[i].kind == Kind::category ? Cell{} : space_.cell(i, point[i]);
    for (std::size_t k = 0; k < count_; ++k)
      parts[k] += log_factor(i, factors_[k * space_.size() + i], point, cell);
    parts[count_] += log_factor(i, none, point, cell);
  }
  return log_sum_exp(parts);
}

Point ParzenMixture::sample(Random& random) const {
  std::size_t k = 0;
  double left = random.uniform();
  while (k < count_ && (left -= std::exp(log_weights_[k])) >= 0) ++k;
  Point point(space_.size(), k_inactive);
  for (const std::size_t i : space_.order()) {
    if (!space_.active(i, point)) continue;
    const double u = random.uniform();
    const Factor none;
    const Factor& f = k < count_ ? factors_[k * space_.size() + i] : none;
    if (!f.present) {
      point[i] = space_.from_unit(i, u);
    } else if (space_[i].kind == Kind::category) {
      point[i] = u < 1 - widths_[i] ? f.centre : space_.from_unit(i, random.uniform());
    } else {
      point[i] = space_.from_unit(i, f.centre + widths_[i] * normal_quantile(f.low + u * f.mass));
    }
  }
  return point;
}

std::vector<Point> tpe_candidates(const Space& space, std::span<const Trial* const> trials,
                                  std::uint64_t valid_count, std::span<const Point> pending, Random& random,
                                  const TpeOptions& options) {
  const auto wanted =
      static_cast<std::size_t>(std::ceil(options.good_share * static_cast<double>(valid_count)));
  const std::size_t good_count = std::clamp<std::size_t>(wanted, 1, options.most_good);
  std::vector<const Point*> good, bad;
  for (const Trial* trial : trials) {
    // The selection begins with the best trials in order, so the first valid ones are the good group.
    (trial->loss && good.size() < good_count ? good : bad).push_back(&trial->point);
  }
  for (const Point& point : pending) bad.push_back(&point);
  std::vector<double> good_weights, bad_weights(bad.size(), 1.0);
  for (std::size_t k = 0; k < good.size(); ++k) {
    good_weights.push_back(std::log(static_cast<double>(good.size()) + 1) -
                           std::log(static_cast<double>(k) + 1));
  }
  const ParzenMixture l(space, good, good_weights, {.prior_weight = 0.5, .narrowest = 0.01});
  const ParzenMixture g(space, bad, bad_weights, {.prior_weight = 1.0, .narrowest = 0.01});
  std::vector<std::pair<double, Point>> scored;
  for (std::size_t k = 0; k < options.candidates; ++k) {
    Point point = l.sample(random);
    const double score = l.log_density(point) - g.log_density(point);
    scored.emplace_back(score, std::move(point));
  }
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Point> result;
  for (auto& [score, point] : scored) result.push_back(std::move(point));
  return result;
}

}  // namespace leanlab::search

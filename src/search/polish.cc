// Polish: candidates near the best, scored by expected improvement, then improved by a pattern search on the surrogate.
#include "search/polish.h"

#include <algorithm>
#include <cmath>

#include "search/normal.h"
#include "search/surrogate.h"

namespace leanlab::search {
namespace {

/// More points make the surrogate slower (cubed), hardly better near the best.
constexpr std::size_t k_points = 100;
constexpr std::size_t k_steps = 160;
constexpr std::size_t k_refined = 4;

struct Scored {
  double score;
  Point point;
};

/// Losses far above the best are pressed together, so that a cliff somewhere does not flatten the valley.
double pressed(double loss, double best, double typical) {
  return std::log1p((loss - best) / typical);
}

/// log of the expected improvement, which keeps an order where the improvement itself underflows.
double log_expected_improvement(const Surrogate::Prediction& p, double best) {
  const double z = (best - p.mean) / p.deviation;
  if (z < -6) return std::log(p.deviation) - 0.5 * z * z - 2 * std::log(-z) - 0.919;
  return std::log(p.deviation) + std::log(normal_pdf(z) + z * normal_cdf(z) + 1e-300);
}

struct Problem {
  std::vector<const Point*> points;
  std::vector<double> values;
};

Problem problem(std::span<const Trial* const> trials) {
  std::vector<const Trial*> valid;
  double worst = 0;
  for (const Trial* t : trials) {
    if (t->loss) valid.push_back(t);
  }
  Problem result;
  if (valid.size() < 3) return result;
  std::stable_sort(valid.begin(), valid.end(),
                   [](const Trial* a, const Trial* b) { return *a->loss < *b->loss; });
  const double best = *valid.front()->loss;
  double typical = *valid[valid.size() / 2]->loss - best;
  if (typical <= 0) typical = std::max(*valid.back()->loss - best, 1e-12);
  for (const Trial* t : valid) {
    if (result.points.size() == k_points) break;
    result.points.push_back(&t->point);
    result.values.push_back(pressed(*t->loss, best, typical));
    worst = std::max(worst, result.values.back());
  }
  // Invalid points teach too: as bad as the worst that is known.
  for (const Trial* t : trials) {
    if (t->loss || result.points.size() >= k_points + 30) continue;
    result.points.push_back(&t->point);
    result.values.push_back(worst);
  }
  return result;
}

/// A pattern search on the surrogate only: it costs no evaluation.
Scored refined(const Space& space, const Surrogate& model, double best, Scored start, Random& random) {
  double size = 0.05;
  for (int round = 0; round < 40 && size > 1e-4; ++round) {
    Point next = step(space, start.point, size, random);
    const double score = log_expected_improvement(model.predict(next), best);
    if (score > start.score) {
      start = {score, std::move(next)};
      size = std::min(size * 1.5, 0.2);
    } else {
      size *= 0.85;
    }
  }
  return start;
}

}  // namespace

Point step(const Space& space, const Point& point, double size, Random& random) {
  std::vector<std::size_t> movable;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (space.count(i) > 1 && is_active(point[i])) movable.push_back(i);
  }
  if (movable.empty()) return point;
  const std::size_t always = movable[random.below(movable.size())];
  const double chance = std::min(1.0, 2.0 / static_cast<double>(movable.size()));
  Point result = point;
  for (const std::size_t i : movable) {
    if (i != always && random.uniform() >= chance) continue;
    if (space[i].kind == Kind::category) {
      // A category has no small step: only one in a few steps changes it, when it is not the only movement.
      if (i == always || random.uniform() < 0.3) result[i] = space.from_unit(i, random.uniform());
      continue;
    }
    const double move = size * random.normal();
    double value = space.from_unit(i, space.to_unit(i, point[i]) + move);
    if (space[i].kind == Kind::integer && value == point[i]) value += move > 0 ? 1 : -1;
    result[i] = std::clamp(value, space[i].low, space[i].high);
  }
  // A change of category may wake parameters up: they begin anywhere.
  for (const std::size_t i : space.order()) {
    if (!space.active(i, result)) {
      result[i] = k_inactive;
    } else if (!is_active(result[i])) {
      result[i] = space.from_unit(i, random.uniform());
    }
  }
  return result;
}

std::vector<Point> polish_candidates(const Space& space, std::span<const Trial* const> trials,
                                     std::span<const Point> pending, std::span<const Point> candidates,
                                     Random& random) {
  Problem p = problem(trials);
  if (p.points.empty()) return {};
  if (!pending.empty()) {
    const Surrogate believer(space, p.points, p.values);
    for (const Point& point : pending) {
      p.values.push_back(believer.predict(point).mean);
      p.points.push_back(&point);
    }
  }
  const Surrogate model(space, p.points, p.values);
  // What is expected at the best-looking point, not its measured value: under noise the latter is too good to be true.
  std::size_t centre = 0;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < p.points.size(); ++k) {
    const double mean = model.predict(*p.points[k]).mean;
    if (mean < best) {
      best = mean;
      centre = k;
    }
  }
  std::vector<Scored> scored;
  const auto add = [&](Point point) {
    const double score = log_expected_improvement(model.predict(point), best);
    scored.push_back({score, std::move(point)});
  };
  for (std::size_t k = 0; k < k_steps; ++k) {
    const double size = std::pow(10.0, -0.5 - 2.5 * random.uniform());
    const std::size_t from = k % 2 == 0 ? centre : random.below(std::min<std::size_t>(5, p.points.size()));
    add(step(space, *p.points[from], size, random));
  }
  for (const Point& point : candidates) add(point);
  const auto by_score = [](const Scored& a, const Scored& b) { return a.score > b.score; };
  std::stable_sort(scored.begin(), scored.end(), by_score);
  for (std::size_t k = 0; k < std::min(k_refined, scored.size()); ++k) {
    scored.push_back(refined(space, model, best, scored[k], random));
  }
  std::stable_sort(scored.begin(), scored.end(), by_score);
  std::vector<Point> result;
  for (Scored& s : scored) result.push_back(std::move(s.point));
  return result;
}

}  // namespace leanlab::search

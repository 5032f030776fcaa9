// Problems that the sampler was not developed against.
#include "bench/tuner/problems.h"
#include "bench/tuner/spaces.h"

namespace leanlab::bench {
namespace {

constexpr double k_pi = std::numbers::pi;

double ackley(const Point& p) {
  double squares = 0, waves = 0;
  const auto x = shifted(p, 10, 31);
  const auto n = static_cast<double>(x.size());
  for (const double v : x) {
    squares += v * v;
    waves += std::cos(2 * k_pi * v);
  }
  return 20 + std::numbers::e - 20 * std::exp(-0.2 * std::sqrt(squares / n)) - std::exp(waves / n);
}

double levy(const Point& p) {
  const auto w = [&](std::size_t i) { return 1 + (p[i] - 1) / 4; };
  double sum = square(std::sin(k_pi * w(0)));
  for (std::size_t i = 0; i + 1 < p.size(); ++i)
    sum += square(w(i) - 1) * (1 + 10 * square(std::sin(k_pi * w(i) + 1)));
  const double last = w(p.size() - 1);
  return sum + square(last - 1) * (1 + square(std::sin(2 * k_pi * last)));
}

double styblinski_tang(const Point& p) {
  double sum = 0;
  for (const double v : p) sum += 0.5 * (v * v * v * v - 16 * v * v + 5 * v);
  return sum;
}

double dixon_price(const Point& p) {
  double sum = square(p[0] - 1);
  for (std::size_t i = 1; i < p.size(); ++i)
    sum += static_cast<double>(i + 1) * square(2 * p[i] * p[i] - p[i - 1]);
  return sum;
}

double camel(const Point& p) {
  const double x = p[0] * p[0], y = p[1] * p[1];
  return (4 - 2.1 * x + x * x / 3) * x + p[0] * p[1] + (-4 + 4 * y) * y;
}

/// Whole numbers with a coupling between neighbours.
double steps(const Point& p) {
  constexpr double k_best[6] = {7, 31, 12, 3, 40, 22};
  double sum = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    sum += square((p[i] - k_best[i]) / 10);
    if (i > 0) sum += 0.5 * std::abs((p[i] - k_best[i]) - (p[i - 1] - k_best[i - 1])) / 10;
  }
  return sum;
}

/// An algorithm, each with numbers of its own: shaped like a choice between boosting, a forest and neighbours.
double models(const Point& p) {
  if (p[0] == 0)
    return 0.10 + 0.03 * square(std::log10(p[1]) + 1) + 0.01 * square(std::log2(p[2]) - 5) + 0.02 * p[5];
  if (p[0] == 1) return 0.14 + 0.00002 * square(p[3] - 300) / 10 + 0.02 * (1 - p[5]);
  return 0.16 + 0.004 * square(p[4] - 9);
}

/// Four choices and three numbers; one of the choices moves the numbers' best place.
double mixed(const Point& p) {
  double sum = 0.4 * std::abs(p[0] - 2) + (p[1] == 3 ? 0 : 0.5) + (p[2] == p[3] ? 0 : 0.3);
  const double place = p[1] == 3 ? 0.7 : 0.3;
  for (std::size_t i = 4; i < 7; ++i) sum += 3 * square(p[i] - place);
  return sum;
}

}  // namespace

std::vector<Problem> held_out_problems() {
  std::vector<Problem> all;
  all.push_back({"ackley-5", "multi-modal", box(5, -20, 20), ackley});
  all.push_back({"levy-4", "multi-modal", box(4, -10, 10), levy});
  all.push_back({"styblinski-tang-5", "multi-modal", box(5, -5, 5), styblinski_tang, -39.16617 * 5});
  all.push_back({"dixon-price-6", "curved valley", box(6, -3, 3), dixon_price});
  all.push_back({"camel", "multi-modal", space_of({real("x", -3, 3), real("y", -2, 2)}), camel, -1.031629});
  all.push_back({"rotated-rastrigin-4", "rotated", box(4, -5, 5), [](const Point& p) {
                   double sum = 0;
                   for (const double v : rotated(shifted(p, 3, 33), 40))
                     sum += v * v + 4 - 4 * std::cos(2 * k_pi * v);
                   return sum;
                 }});
  all.push_back({"steps-6", "integer",
                 space_of({whole("a", 0, 50), whole("b", 0, 50), whole("c", 0, 50), whole("d", 0, 50),
                           whole("e", 0, 50), whole("f", 0, 50)}),
                 steps});
  all.push_back(
      {"models", "conditional",
       space_of({choice("model", 3), when(real("rate", 1e-3, 1, Scale::log), 0, {0}),
                 when(whole("leaves", 2, 512, Scale::log), 0, {0}), when(whole("trees", 10, 1000), 0, {1}),
                 when(whole("k", 1, 50), 0, {2}), when(choice("scale", 2), 0, {0, 1})}),
       models, 0.10});
  all.push_back({"mixed-7", "categorical",
                 space_of({choice("a", 5), choice("b", 4), choice("c", 3), choice("d", 3), real("x", 0, 1),
                           real("y", 0, 1), real("z", 0, 1)}),
                 mixed});
  all.push_back({"noisy-ellipsoid-5", "noisy", box(5, -5, 5),
                 [](const Point& p) {
                   const auto x = shifted(p, 3, 34);
                   double sum = 0;
                   for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(i + 1) * x[i] * x[i];
                   return sum;
                 },
                 0, 5.0});
  all.push_back({"cliff-3", "log-scaled",
                 space_of({real("a", 1e-5, 10, Scale::log), real("b", 1e-5, 10, Scale::log),
                           real("c", 1e-3, 1e3, Scale::log)}),
                 [](const Point& p) {
                   const double a = std::log10(p[0]), b = std::log10(p[1]), c = std::log10(p[2]);
                   return square(a + 2.2) + square(b + a + 3) + 0.3 * square(c - 1.3) + (a > -1.9 ? 20 : 0);
                 }});
  all.push_back({"failing-corner-5", "failures", box(5, 0, 1),
                 [](const Point& p) {
                   double sum = 0;
                   for (const double v : p) sum += square(v - 0.6);
                   return sum;
                 },
                 0, 0, [](const Point& p) { return p[0] + p[1] + p[2] < 2.0; }});
  return all;
}

}  // namespace leanlab::bench

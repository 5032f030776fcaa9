// The problems that the sampler was developed against.
#include "bench/tuner/problems.h"
#include "bench/tuner/spaces.h"

namespace leanlab::bench {
namespace {

double branin(const Point& p) {
  const double pi = std::numbers::pi;
  return square(p[1] - 5.1 / (4 * pi * pi) * square(p[0]) + 5 / pi * p[0] - 6) +
         10 * (1 - 1 / (8 * pi)) * std::cos(p[0]) + 10;
}

double hartmann6(const Point& p) {
  constexpr double k_alpha[4] = {1.0, 1.2, 3.0, 3.2};
  constexpr double k_a[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                {0.05, 10, 17, 0.1, 8, 14},
                                {3, 3.5, 1.7, 10, 17, 8},
                                {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double k_p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0;
  for (int i = 0; i < 4; ++i) {
    double inner = 0;
    for (std::size_t j = 0; j < 6; ++j) inner += k_a[i][j] * square(p[j] - k_p[i][j]);
    sum -= k_alpha[i] * std::exp(-inner);
  }
  return sum;
}

double bowl(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return sum;
}

/// Like a kernel's run time: tiles that should fit two caches, an unrolling that helps up to a point, and their interplay.
double tiles(const Point& p) {
  const double footprint = std::log2(p[0] * p[1] + p[1] * p[2] + p[0] * p[2]);
  const double cache = square(std::max(0.0, footprint - 11)) + 0.3 * square(std::max(0.0, 11 - footprint));
  const double remainder = 0.1 * std::fmod(256, p[0]) / p[0] + 0.1 * std::fmod(256, p[1]) / p[1];
  return 1 + cache + remainder + 0.5 * square(std::log2(p[3]) - 2) + 0.2 * std::abs(std::log2(p[2] / p[1]));
}

/// Fixed random utilities of single choices and of neighbouring pairs.
double choices(const Point& p) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    Random one(1000 + 10 * i + static_cast<std::uint64_t>(p[i]));
    sum += one.uniform();
    if (i + 1 == p.size()) continue;
    Random pair(5000 + 100 * i + 10 * static_cast<std::uint64_t>(p[i]) +
                static_cast<std::uint64_t>(p[i + 1]));
    sum += 0.5 * pair.uniform();
  }
  return sum;
}
double least_choice() {
  double least = 1e9;
  for (int code = 0; code < 7776; ++code) {
    Point p(5);
    int rest = code;
    for (double& v : p) {
      v = rest % 6;
      rest /= 6;
    }
    least = std::min(least, choices(p));
  }
  return least;
}

/// Shaped like a support vector machine's error: kernel, C, gamma where there is one, degree for one kernel.
double kernel_machine(const Point& p) {
  const double c = std::log10(p[1]);
  if (p[0] == 0) return 0.3 + 0.02 * square(c + 1);
  const double ridge = c + std::log10(p[2]) + 2;
  if (p[0] == 1) return 0.05 + 0.02 * square(ridge) + 0.01 * square(std::log10(p[2]) + 3);
  return 0.12 + 0.02 * square(ridge) + 0.02 * std::abs(p[3] - 3);
}

double learning(const Point& p) {
  const double rate = std::log10(p[0]);
  const double steep = rate > -2.3 ? 4 * square(rate + 2.3) : 0.3 * square(rate + 2.3);
  return steep + 0.1 * square(std::log10(p[1]) + 4.5) + square(p[2] - 0.9) +
         0.05 * std::abs(std::log2(p[3]) - 6);
}

}  // namespace

std::vector<Problem> development_problems() {
  std::vector<Problem> all;
  all.push_back(
      {"bowl-5", "separable", box(5, -5, 5), [](const Point& p) { return bowl(shifted(p, 3, 1)); }});
  all.push_back({"ellipsoid-5", "rotated", box(5, -5, 5), [](const Point& p) {
                   const auto x = rotated(shifted(p, 3, 2), 20);
                   double sum = 0;
                   for (std::size_t i = 0; i < x.size(); ++i)
                     sum += std::pow(100.0, static_cast<double>(i) / 4) * x[i] * x[i];
                   return sum;
                 }});
  all.push_back({"rosenbrock-4", "curved valley", box(4, -2, 2), [](const Point& p) {
                   double sum = 0;
                   for (std::size_t i = 0; i + 1 < p.size(); ++i)
                     sum += 100 * square(p[i + 1] - p[i] * p[i]) + square(1 - p[i]);
                   return sum;
                 }});
  all.push_back({"rastrigin-3", "multi-modal", box(3, -5, 5), [](const Point& p) {
                   double sum = 0;
                   for (const double v : shifted(p, 3, 3))
                     sum += v * v + 10 - 10 * std::cos(2 * std::numbers::pi * v);
                   return sum;
                 }});
  all.push_back({"hartmann-6", "multi-modal", box(6, 0, 1), hartmann6, -3.32237});
  all.push_back({"branin", "multi-modal", space_of({real("x", -5, 10), real("y", 0, 15)}), branin, 0.397887});
  all.push_back({"tiles", "integer",
                 space_of({whole("i", 1, 256, Scale::log), whole("j", 1, 256, Scale::log),
                           whole("k", 1, 256, Scale::log), whole("u", 1, 16)}),
                 tiles, 1});
  all.push_back({"choices-5x6", "categorical",
                 space_of({choice("a", 6), choice("b", 6), choice("c", 6), choice("d", 6), choice("e", 6)}),
                 choices, least_choice()});
  all.push_back(
      {"kernel-machine", "conditional",
       space_of({choice("kernel", 3), real("C", 1e-3, 1e3, Scale::log),
                 when(real("gamma", 1e-5, 1, Scale::log), 0, {1, 2}), when(whole("degree", 2, 6), 0, {2})}),
       kernel_machine, 0.05});
  all.push_back({"noisy-bowl-4", "noisy", box(4, -5, 5),
                 [](const Point& p) { return bowl(shifted(p, 3, 4)); }, 0, 2.0});
  all.push_back({"learning", "log-scaled",
                 space_of({real("rate", 1e-6, 1, Scale::log), real("decay", 1e-8, 1e-1, Scale::log),
                           real("momentum", 0, 1), whole("batch", 1, 1024, Scale::log)}),
                 learning});
  all.push_back({"half-invalid-4", "failures", box(4, -5, 5),
                 [](const Point& p) { return bowl(shifted(p, 3, 5)); }, 0, 0,
                 [](const Point& p) { return shifted(p, 3, 5)[0] + shifted(p, 3, 5)[1] < 0.5; }});
  return all;
}

}  // namespace leanlab::bench

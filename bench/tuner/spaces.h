// Short ways to write spaces and rotations down.
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "base/random.h"
#include "search/space.h"

namespace leanlab::bench {

using search::Kind;
using search::Parameter;
using search::Point;
using search::Scale;
using search::Space;

inline Space space_of(std::vector<Parameter> parameters) {
  auto space = Space::make(std::move(parameters));
  INVARIANT(space.has_value());
  return std::move(*space);
}
inline Parameter real(std::string name, double low, double high, Scale scale = Scale::linear) {
  return {std::move(name), Kind::real, low, high, scale, {}};
}
inline Parameter whole(std::string name, double low, double high, Scale scale = Scale::linear) {
  return {std::move(name), Kind::integer, low, high, scale, {}};
}
inline Parameter choice(std::string name, int count) {
  return {std::move(name), Kind::category, 0, count - 1.0, Scale::linear, {}};
}
inline Parameter when(Parameter p, std::size_t other, std::vector<double> values) {
  p.condition = search::Condition{other, std::move(values)};
  return p;
}
inline Space box(std::size_t dimensions, double low, double high) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < dimensions; ++i) parameters.push_back(real("x" + std::to_string(i), low, high));
  return space_of(std::move(parameters));
}

/// A fixed rotation: Givens rotations by fixed random angles in every plane.
inline std::vector<double> rotated(std::vector<double> x, std::uint64_t seed) {
  Random random(seed);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      const double angle = 2 * std::numbers::pi * random.uniform();
      const double a = x[i], b = x[j];
      x[i] = std::cos(angle) * a - std::sin(angle) * b;
      x[j] = std::sin(angle) * a + std::cos(angle) * b;
    }
  }
  return x;
}
inline std::vector<double> shifted(const Point& p, double scale, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> x(p);
  for (double& v : x) v -= scale * (2 * random.uniform() - 1);
  return x;
}
inline double square(double x) {
  return x * x;
}

}  // namespace leanlab::bench

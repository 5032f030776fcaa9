// Small spaces and losses that several tests of search/ share.
#pragma once

#include <cmath>

#include "search/space.h"

namespace leanlab::search {

inline Space space_of(std::vector<Parameter> parameters) {
  auto space = Space::make(std::move(parameters));
  INVARIANT(space.has_value());
  return std::move(*space);
}

inline Parameter real(std::string name, double low = 0, double high = 1) {
  return {std::move(name), Kind::real, low, high, Scale::linear, {}};
}
inline Parameter integer(std::string name, double low, double high, Scale scale = Scale::linear) {
  return {std::move(name), Kind::integer, low, high, scale, {}};
}
inline Parameter category(std::string name, int count) {
  return {std::move(name), Kind::category, 0, count - 1.0, Scale::linear, {}};
}
inline Parameter when(Parameter p, std::size_t other, std::vector<double> values) {
  p.condition = Condition{other, std::move(values)};
  return p;
}

/// A category that decides which of two further parameters counts.
inline Space conditional_space() {
  return space_of({category("kind", 2), when(integer("depth", 1, 9), 0, {0}), when(real("rate"), 0, {1})});
}

}  // namespace leanlab::search

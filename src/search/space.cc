// Space: validation, unit-cube maps and canonical points.
#include "search/space.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace leanlab::search {
namespace {

/// Whole numbers beyond this are not exact in a double.
constexpr double k_largest_integer = 9007199254740992.0;
/// A real keeps this many significant digits, or this many steps of its range.
constexpr int k_real_digits = 5;

Status check(const Parameter& p) {
  if (!std::isfinite(p.low) || !std::isfinite(p.high)) {
    return fail(ErrorCode::misconfigured, "the bounds of {} must be finite numbers", p.name);
  }
  if (p.low > p.high) {
    return fail(ErrorCode::misconfigured, "the range of {} is empty: {} is above {}", p.name, p.low, p.high);
  }
  const bool whole = p.low == std::floor(p.low) && p.high == std::floor(p.high);
  if (p.kind != Kind::real && !whole) {
    return fail(ErrorCode::misconfigured, "the bounds of {} must be whole numbers", p.name);
  }
  if (p.kind == Kind::integer && std::max(std::abs(p.low), std::abs(p.high)) > k_largest_integer) {
    return fail(ErrorCode::misconfigured, "the range of {} is too wide: at most 2^53", p.name);
  }
  if (p.kind == Kind::category && p.low != 0) {
    return fail(ErrorCode::misconfigured, "the categories of {} must start at 0", p.name);
  }
  if (p.scale == Scale::log && p.low <= 0) {
    return fail(ErrorCode::misconfigured, "{} has a log scale, which needs a lower bound above 0", p.name);
  }
  return {};
}

/// Where the unit interval begins and ends for this parameter, after taking the logarithm where asked.
Cell extent(const Parameter& p) {
  const double margin = p.kind == Kind::real ? 0.0 : 0.5;
  if (p.scale == Scale::log) return {std::log(p.low - margin), std::log(p.high + margin)};
  return {p.low - margin, p.high + margin};
}

double place(const Parameter& p, double value) {
  const Cell e = extent(p);
  if (e.width() <= 0) return 0.5;
  const double x = p.scale == Scale::log ? std::log(value) : value;
  return std::clamp((x - e.low) / e.width(), 0.0, 1.0);
}

/// A decimal with few digits, so that what is written into a file is short and reads back as the same double.
double rounded(const Parameter& p, double value) {
  if (p.low == p.high) return p.low;
  char text[64];
  if (p.scale == Scale::log) {
    std::snprintf(text, sizeof text, "%.*e", k_real_digits - 1, value);
  } else {
    const int exponent = static_cast<int>(std::floor(std::log10(p.high - p.low))) - k_real_digits;
    if (exponent >= 0) {
      const double step = std::pow(10.0, exponent);
      std::snprintf(text, sizeof text, "%.17g", std::round(value / step) * step);
    } else if (exponent > -18) {
      std::snprintf(text, sizeof text, "%.*f", -exponent, value);
    } else {
      std::snprintf(text, sizeof text, "%.17g", value);
    }
  }
  const double result = std::strtod(text, nullptr);
  return std::clamp(result == 0 ? 0.0 : result, p.low, p.high);
}

}  // namespace

bool is_active(double value) {
  return !std::isnan(value);
}

Result<Space> Space::make(std::vector<Parameter> parameters) {
  Space space;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    TRY(check(parameters[i]));
    const auto& condition = parameters[i].condition;
    if (condition && (condition->parameter >= parameters.size() || condition->parameter == i)) {
      return fail(ErrorCode::misconfigured, "the condition of {} must name another parameter",
                  parameters[i].name);
    }
  }
  std::vector<bool> placed(parameters.size(), false);
  while (space.order_.size() < parameters.size()) {
    const std::size_t before = space.order_.size();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto& condition = parameters[i].condition;
      if (placed[i] || (condition && !placed[condition->parameter])) continue;
      placed[i] = true;
      space.order_.push_back(i);
    }
    if (space.order_.size() == before) {
      const auto stuck =
          static_cast<std::size_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
      return fail(ErrorCode::misconfigured, "the condition of {} depends on itself in a circle",
                  parameters[stuck].name);
    }
  }
  space.parameters_ = std::move(parameters);
  return space;
}

bool Space::active(std::size_t index, const Point& point) const {
  const auto& condition = parameters_[index].condition;
  if (!condition) return true;
  const double other = point[condition->parameter];
  return is_active(other) &&
         std::find(condition->values.begin(), condition->values.end(), other) != condition->values.end();
}

Point Space::canonical(Point point) const {
  for (const std::size_t i : order_) {
    if (!active(i, point)) point[i] = k_inactive;
  }
  return point;
}

bool Space::contains(const Point& point) const {
  if (point.size() != size()) return false;
  for (const std::size_t i : order_) {
    const Parameter& p = parameters_[i];
    if (active(i, point) != is_active(point[i])) return false;
    if (!is_active(point[i])) continue;
    if (point[i] < p.low || point[i] > p.high) return false;
    if (p.kind != Kind::real && point[i] != std::floor(point[i])) return false;
  }
  return true;
}

double Space::from_unit(std::size_t index, double unit) const {
  const Parameter& p = parameters_[index];
  const Cell e = extent(p);
  const double x = e.low + std::clamp(unit, 0.0, 1.0) * e.width();
  const double value = p.scale == Scale::log ? std::exp(x) : x;
  if (p.kind == Kind::real) return rounded(p, std::clamp(value, p.low, p.high));
  return std::clamp(std::floor(value + 0.5), p.low, p.high);
}

double Space::to_unit(std::size_t index, double value) const {
  return cell(index, value).middle();
}

Cell Space::cell(std::size_t index, double value) const {
  const Parameter& p = parameters_[index];
  if (p.kind == Kind::real) {
    const double u = place(p, value);
    return {u, u};
  }
  return {place(p, value - 0.5), place(p, value + 0.5)};
}

double Space::count(std::size_t index) const {
  const Parameter& p = parameters_[index];
  if (p.kind == Kind::real) return p.low == p.high ? 1 : std::numeric_limits<double>::infinity();
  return p.high - p.low + 1;
}

Point Space::from_units(const std::vector<double>& units) const {
  Point point(size(), k_inactive);
  for (const std::size_t i : order_) {
    if (active(i, point)) point[i] = from_unit(i, units[i]);
  }
  return point;
}

std::uint64_t Space::key(const Point& point) {
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
  for (const double value : point) {
    const auto bits =
        is_active(value) ? std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value) : 0x7ff8dead00000000ULL;
    hash ^= bits;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
    hash *= 0xc4ceb9fe1a85ec53ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace leanlab::search

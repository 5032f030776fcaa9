// Space: the parameters that a search may change: their domains, scales and conditions, and maps to the unit cube.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace leanlab::search {

enum class Kind { real, integer, category };
enum class Scale { linear, log };

/// A parameter is active only when another is active and has one of some values.
struct Condition {
  std::size_t parameter = 0;   ///< index of the other one
  std::vector<double> values;  ///< for a category: indices
};

/// One parameter. A bool is a category with two values.
struct Parameter {
  std::string name;
  Kind kind = Kind::real;
  double low = 0;   ///< inclusive; 0 for a category
  double high = 1;  ///< inclusive; the number of categories less one
  Scale scale = Scale::linear;
  std::optional<Condition> condition;
};

/// A value for each parameter: the number itself, a category's index, NaN where the parameter is inactive.
using Point = std::vector<double>;
constexpr double k_inactive = std::numeric_limits<double>::quiet_NaN();
[[nodiscard]] bool is_active(double value);

/// The part [low, high] of the unit interval that stands for one value.
struct Cell {
  double low = 0;
  double high = 1;
  [[nodiscard]] double width() const { return high - low; }
  [[nodiscard]] double middle() const { return 0.5 * (low + high); }
};

/// An immutable list of parameters. Thread: any.
class Space {
 public:
  /// Errors: misconfigured (empty domain, logarithm of nothing positive, a condition that names itself or a cycle).
  [[nodiscard]] static Result<Space> make(std::vector<Parameter> parameters);

  [[nodiscard]] std::size_t size() const { return parameters_.size(); }
  [[nodiscard]] const Parameter& operator[](std::size_t index) const { return parameters_[index]; }
  /// Indices such that each parameter comes after the one it depends on.
  [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }

  /// Whether parameter `index` counts, given the values of those before it in order().
  [[nodiscard]] bool active(std::size_t index, const Point& point) const;
  /// The same point with inactive values as NaN; two points that mean the same become equal.
  [[nodiscard]] Point canonical(Point point) const;
  /// Each active value is inside its domain (whole where it must be), and inactive ones are NaN.
  [[nodiscard]] bool contains(const Point& point) const;

  /// The value at `unit` in [0, 1]; whole for integers and categories, reals rounded to some five digits.
  [[nodiscard]] double from_unit(std::size_t index, double unit) const;
  /// The middle of the value's cell; for a real the place itself.
  [[nodiscard]] double to_unit(std::size_t index, double value) const;
  /// The cell of an integer or category; for a real a cell of no width.
  [[nodiscard]] Cell cell(std::size_t index, double value) const;
  /// How many values the parameter has; infinity for a real.
  [[nodiscard]] double count(std::size_t index) const;
  /// A point from one number in [0, 1] per parameter.
  [[nodiscard]] Point from_units(const std::vector<double>& units) const;

  /// A hash that is the same on every machine; equal for equal canonical points.
  [[nodiscard]] static std::uint64_t key(const Point& point);

 private:
  std::vector<Parameter> parameters_;
  std::vector<std::size_t> order_;
};

}  // namespace leanlab::search

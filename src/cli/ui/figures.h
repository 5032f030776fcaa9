// Figures: numbers as small pictures and in columns that line up.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace leanlab::cli::ui {

enum class Glyphs { unicode, ascii };

/// The last `columns` values as bars of eight heights, "▁▂▄█". Equal values are a flat line.
[[nodiscard]] std::string sparkline(const std::vector<double>& values, std::size_t columns, Glyphs glyphs);
/// `columns` wide, filled up to `share` of it: its filled and its empty part.
struct Bar {
  std::string filled, empty;
};
[[nodiscard]] Bar progress_bar(double share, std::size_t columns, Glyphs glyphs);

/// Decimals that suit a series: five significant digits of its first value, none while all are whole.
class ValueFormat {
 public:
  /// Takes note of a value of the series.
  void see(double value);
  [[nodiscard]] std::string operator()(double value) const;
  /// With its sign: "+0.250".
  [[nodiscard]] std::string difference(double value) const;

 private:
  std::optional<int> decimals_;
  bool whole_ = true;
};

/// "+12.3 %": how much better or worse, as a share of |from|. Empty where that says nothing (from is 0).
[[nodiscard]] std::string percent_change(double from, double to);

/// "$0.0125"; nothing is "$0".
[[nodiscard]] std::string dollars(double usd);

}  // namespace leanlab::cli::ui

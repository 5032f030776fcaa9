// Figures: sparkline, bar, decimals.
#include "cli/ui/figures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/strings.h"

namespace leanlab::cli::ui {

std::string sparkline(const std::vector<double>& values, std::size_t columns, Glyphs glyphs) {
  static constexpr std::array k_blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::array k_letters{"_", ".", ",", "-", "=", "+", "*", "#"};
  const std::size_t count = std::min(values.size(), columns);
  if (count == 0) return "";
  const auto begin = values.end() - static_cast<std::ptrdiff_t>(count);
  const auto [low, high] = std::minmax_element(begin, values.end());
  const double span = *high - *low;
  std::string out;
  for (auto it = begin; it != values.end(); ++it) {
    const double share = span > 0 && std::isfinite(span) ? (*it - *low) / span : 0.0;
    const auto level = std::min<std::size_t>(7, static_cast<std::size_t>(share * 8));
    out += glyphs == Glyphs::unicode ? k_blocks.at(level) : k_letters.at(level);
  }
  return out;
}

Bar progress_bar(double share, std::size_t columns, Glyphs glyphs) {
  const double bounded = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(std::floor(bounded * static_cast<double>(columns)));
  Bar bar;
  for (std::size_t i = 0; i < columns; ++i) {
    if (i < full)
      bar.filled += glyphs == Glyphs::unicode ? "━" : "=";
    else
      bar.empty += glyphs == Glyphs::unicode ? "─" : "-";
  }
  return bar;
}

void ValueFormat::see(double value) {
  if (!std::isfinite(value)) return;
  if (value != std::floor(value) || std::abs(value) >= 1e9) whole_ = false;
  if (!decimals_ && value != 0)
    decimals_ = std::clamp(4 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 20);
}

std::string ValueFormat::operator()(double value) const {
  const double size = std::abs(value);
  if (size != 0 && (size >= 1e9 || size < 1e-5)) return short_number(value);
  return fmt::format("{:.{}f}", value, whole_ ? 0 : std::min(decimals_.value_or(4), 9));
}

std::string ValueFormat::difference(double value) const {
  return (value < 0 ? "" : "+") + (*this)(value);
}

std::string percent_change(double from, double to) {
  if (from == 0 || !std::isfinite(from) || !std::isfinite(to)) return "";
  const double percent = (to - from) / std::abs(from) * 100;
  if (std::abs(percent) >= 1000) return fmt::format("{:+.0f} %", percent);
  return fmt::format("{:+.{}f} %", percent, std::abs(percent) < 1 ? 2 : 1);
}

std::string dollars(double usd) {
  return usd == 0 ? "$0" : fmt::format("${:.4f}", usd);
}

}  // namespace leanlab::cli::ui

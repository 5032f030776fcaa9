// Times of one thing, measured often: the median, the spread, and the ratio to an anchor measured in the same run.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace leanlab::bench {

/// Microseconds that `work` takes.
template <class Work>
double microseconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  /// The value below which `share` of all lie.
  [[nodiscard]] double quantile(double share) const {
    std::vector<double> sorted = values_;
    std::ranges::sort(sorted);
    return sorted.empty() ? 0
                          : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  }
  [[nodiscard]] double median() const { return quantile(0.5); }
  [[nodiscard]] std::size_t count() const { return values_.size(); }

 private:
  std::vector<double> values_;
};

/// Prints a Markdown table, row by row.
class Table {
 public:
  Table() { fmt::print("| work | median | 10 % to 90 % | runs | ratio |\n|---|---:|---:|---:|---|\n"); }
  /// `anchor` is what the ratio is to; `anchor_name` says so.
  void row(const std::string& work, const Samples& samples, const Samples* anchor = nullptr,
           const std::string& anchor_name = "") {
    const std::string ratio =
        anchor == nullptr ? "" : fmt::format("{:.2f} × {}", samples.median() / anchor->median(), anchor_name);
    fmt::print("| {} | {} | {} to {} | {} | {} |\n", work, time(samples.median()),
               time(samples.quantile(0.1)), time(samples.quantile(0.9)), samples.count(), ratio);
    std::fflush(stdout);
  }

 private:
  static std::string time(double us) {
    if (us < 1000) return fmt::format("{:.3g} µs", us);
    if (us < 1e6) return fmt::format("{:.3g} ms", us / 1000);
    return fmt::format("{:.3g} s", us / 1e6);
  }
};

}  // namespace leanlab::bench

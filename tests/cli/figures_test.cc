// Sparklines, bars and decimals.
#include "cli/ui/figures.h"

#include <gtest/gtest.h>

namespace leanlab::cli::ui {
namespace {

TEST(Figures, Sparkline) {
  EXPECT_EQ(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 8, Glyphs::unicode), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline({9, 9, 0, 7}, 2, Glyphs::unicode), "▁█")
      << "only the last values, scaled among themselves";
  EXPECT_EQ(sparkline({5, 5, 5}, 8, Glyphs::ascii), "___");
  EXPECT_EQ(sparkline({}, 8, Glyphs::unicode), "");
}

TEST(Figures, ProgressBar) {
  const Bar bar = progress_bar(0.5, 4, Glyphs::ascii);
  EXPECT_EQ(bar.filled + "|" + bar.empty, "==|--");
  EXPECT_EQ(progress_bar(7, 3, Glyphs::ascii).filled, "===");
  EXPECT_EQ(progress_bar(0, 3, Glyphs::ascii).empty, "---");
}

TEST(Figures, DecimalsSuitTheSeries) {
  ValueFormat small, whole, large;
  small.see(0.4471234);
  EXPECT_EQ(small(0.44), "0.44000");
  EXPECT_EQ(small.difference(0.0071), "+0.00710");
  EXPECT_EQ(small.difference(-0.5), "-0.50000");
  whole.see(3);
  EXPECT_EQ(whole(12), "12");
  large.see(41.23);
  EXPECT_EQ(large(38), "38.000");
}

TEST(Figures, PercentChange) {
  EXPECT_EQ(percent_change(2, 3), "+50.0 %");
  EXPECT_EQ(percent_change(-2, -1), "+50.0 %");
  EXPECT_EQ(percent_change(1, 0.998), "-0.20 %");
  EXPECT_EQ(percent_change(0, 1), "");
}

TEST(Dollars, NothingIsNotFourZeros) {
  EXPECT_EQ(dollars(0), "$0");
  EXPECT_EQ(dollars(0.01251), "$0.0125");
}

}  // namespace
}  // namespace leanlab::cli::ui

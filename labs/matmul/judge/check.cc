// check: Freivalds in double. A wrong entry changes c*x against a*(b*x) unless x was guessed, and x is drawn afterwards.
#include "check.h"

#include <algorithm>
#include <vector>

#include <math.h>

namespace {

constexpr double k_unit_roundoff = 0x1p-24;  // of float, to nearest
// A sum of k products in float, in any order, errs by at most about lambda * sqrt(k) * u * sum|a||b| (Higham and Mary
// 2019; fails with probability 2 exp(-lambda^2/2) per entry for the roundings as random). Honest sums stay far below.
constexpr double k_lambda = 4;
constexpr int k_spots = 12;

// Each row of c against a*(b*x), within the bound for a whole row.
std::string check_rows(int m, int n, int k, const float* a, const float* b, const float* c, Random& random) {
  std::vector<double> x(static_cast<size_t>(n)), bx(static_cast<size_t>(k)), b_abs(static_cast<size_t>(k));
  for (double& value : x) {
    double u = random.signed_unit();
    value = u + (u < 0 ? -0.5 : 0.5);  // magnitude 0.5 to 1.5: no column is nearly ignored
  }
  for (int p = 0; p < k; ++p) {
    const float* row = b + static_cast<long>(p) * n;
    double sum = 0, magnitude = 0;
    for (int j = 0; j < n; ++j)
      sum += static_cast<double>(row[j]) * x[static_cast<size_t>(j)], magnitude += fabs(row[j]);
    bx[static_cast<size_t>(p)] = sum, b_abs[static_cast<size_t>(p)] = magnitude;
  }
  double factor =
      2 * k_lambda * k_unit_roundoff * sqrt(static_cast<double>(k)) / sqrt(static_cast<double>(n));
  for (int i = 0; i < m; ++i) {
    const float *row_a = a + static_cast<long>(i) * k, *row_c = c + static_cast<long>(i) * n;
    double want = 0, magnitude = 0, got = 0;
    for (int p = 0; p < k; ++p) {
      want += static_cast<double>(row_a[p]) * bx[static_cast<size_t>(p)];
      magnitude += fabs(row_a[p]) * b_abs[static_cast<size_t>(p)];
    }
    for (int j = 0; j < n; ++j) got += static_cast<double>(row_c[j]) * x[static_cast<size_t>(j)];
    if (isnan(got)) return "not a number (or never written) in row " + std::to_string(i);
    if (!(fabs(got - want) <= factor * magnitude))
      return "off by more than rounding in row " + std::to_string(i);
  }
  return "";
}

}  // namespace

Checked check_product(int m, int n, int k, const float* a, const float* b, const float* c, Random& random) {
  Checked result;
  result.why = check_rows(m, n, k, a, b, c, random);
  for (int spot = 0; spot < k_spots && result.why.empty(); ++spot) {
    int i = random.between(0, m - 1), j = random.between(0, n - 1);
    double want = 0, magnitude = 0;
    for (int p = 0; p < k; ++p) {
      double term = static_cast<double>(a[static_cast<long>(i) * k + p]) * b[static_cast<long>(p) * n + j];
      want += term, magnitude += fabs(term);
    }
    double error = fabs(c[static_cast<long>(i) * n + j] - want);
    double bound = k_lambda * k_unit_roundoff * sqrt(static_cast<double>(k)) * magnitude;
    if (!(error <= bound))
      result.why = "off by more than rounding at row " + std::to_string(i) + ", column " + std::to_string(j);
    if (magnitude > 0) result.error = std::max(result.error, error / magnitude);
  }
  return result;
}

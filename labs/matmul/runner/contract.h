// contract: what an experiment defines. The compiler reads this before the experiment, so a wrong signature is an error.
#pragma once

/// c = a * b. Row-major and dense: `a` is m x k, `b` is k x n, `c` is m x n; m, n, k >= 1, any size, also odd.
/// The three start at multiples of 64 bytes and do not overlap. `c` holds garbage on entry.
extern "C" void matmul(int m, int n, int k, const float* a, const float* b, float* c);

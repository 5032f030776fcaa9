// Sobol: a scrambled low-discrepancy sequence, which covers a space more evenly than random points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leanlab::search {

/// Dimensions with Sobol directions; further ones are filled with a hash of index, dimension and seed.
constexpr std::size_t k_sobol_dimensions = 128;

/// Point `index` of the sequence with nested uniform (Owen) scrambling by `seed`: `dimensions` numbers in [0, 1).
/// Directions: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci.
/// Comput. 30 (2008), set D(6). Scrambling: B. Burley, "Practical Hash-based Owen Scrambling", JCGT 9 (2020). Any 2^k
/// points from the start put exactly one into each of 2^k equal intervals of every axis. Indices repeat from 2^32.
[[nodiscard]] std::vector<double> sobol_point(std::uint64_t index, std::size_t dimensions,
                                              std::uint64_t seed);

}  // namespace leanlab::search

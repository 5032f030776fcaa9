// Sobol: direction numbers are built once from Joe and Kuo's table; scrambling is a hash per bit prefix.
#include "search/sobol.h"

#include <array>
#include <bit>

namespace leanlab::search {
namespace {

constexpr std::size_t k_bits = 32;
using Directions = std::array<std::uint32_t, k_bits>;

struct Row {
  std::uint32_t polynomial;
  std::array<std::uint32_t, 10> initial;
};

constexpr std::array<Row, k_sobol_dimensions - 1> k_rows = {{
#include "search/sobol_directions.inc"
}};

std::array<Directions, k_sobol_dimensions> make_directions() {
  std::array<Directions, k_sobol_dimensions> all{};
  for (std::size_t bit = 0; bit < k_bits; ++bit) all[0][bit] = 1u << (31 - bit);
  for (std::size_t d = 1; d < k_sobol_dimensions; ++d) {
    const Row& row = k_rows[d - 1];
    const std::size_t degree = static_cast<std::size_t>(std::bit_width(row.polynomial)) - 1;
    Directions& v = all[d];
    for (std::size_t bit = 0; bit < k_bits; ++bit) {
      if (bit < degree) {
        v[bit] = row.initial[bit] << (31 - bit);
        continue;
      }
      v[bit] = v[bit - degree] ^ (v[bit - degree] >> degree);
      for (std::size_t k = 1; k < degree; ++k) {
        if ((row.polynomial >> (degree - k)) & 1u) v[bit] ^= v[bit - k];
      }
    }
  }
  return all;
}

std::uint32_t reversed(std::uint32_t x) {
  x = ((x >> 1) & 0x55555555u) | ((x & 0x55555555u) << 1);
  x = ((x >> 2) & 0x33333333u) | ((x & 0x33333333u) << 2);
  x = ((x >> 4) & 0x0f0f0f0fu) | ((x & 0x0f0f0f0fu) << 4);
  x = ((x >> 8) & 0x00ff00ffu) | ((x & 0x00ff00ffu) << 8);
  return (x >> 16) | (x << 16);
}

/// Flips each bit depending on the bits above it only, which is what Owen's scrambling asks for.
std::uint32_t scrambled(std::uint32_t x, std::uint32_t seed) {
  x = reversed(x);
  x ^= x * 0x3d20adeau;
  x += seed;
  x *= (seed >> 16) | 1u;
  x ^= x * 0x05526c56u;
  x ^= x * 0x53a22864u;
  return reversed(x);
}

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

std::vector<double> sobol_point(std::uint64_t index, std::size_t dimensions, std::uint64_t seed) {
  static const auto directions = make_directions();
  std::vector<double> point(dimensions);
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::uint64_t stream = mixed(seed + 0x9e3779b97f4a7c15ULL * (d + 1));
    if (d >= k_sobol_dimensions) {
      point[d] = static_cast<double>(mixed(stream ^ mixed(index + 1)) >> 11) * 0x1p-53;
      continue;
    }
    std::uint32_t x = 0;
    for (std::size_t bit = 0; bit < k_bits; ++bit) {
      if ((index >> bit) & 1u) x ^= directions[d][bit];
    }
    // The hash fills 32 bits; the middle of the cell keeps the result off both ends.
    point[d] = (static_cast<double>(scrambled(x, static_cast<std::uint32_t>(stream))) + 0.5) * 0x1p-32;
  }
  return point;
}

}  // namespace leanlab::search

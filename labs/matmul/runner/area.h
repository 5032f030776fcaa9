// area: the memory that judge and runner share; the whole wire between them (README, "The wire").
#pragma once

#include <stdint.h>

inline constexpr int k_area_fd = 3;             ///< the descriptor under which the runner inherits the area
inline constexpr uint32_t k_max_products = 32;  ///< products of one go
inline constexpr uint64_t k_area_bytes = 16 << 20;
inline constexpr uint64_t k_guard_bytes = 4096;  ///< before and after each matrix; must stay as it was

/// One product to compute. Offsets count bytes from the start of the area.
struct Product {
  int32_t m, n, k, reserved;
  uint64_t a, b, c;
};

/// The start of the area; written by the judge alone, and never read back by it.
struct Header {
  uint32_t version;  ///< 1
  uint32_t count;    ///< how many products this go has
  Product products[k_max_products];
};

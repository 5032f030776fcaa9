// random: numbers that nobody can know before the judge draws them. xoshiro256+, seeded by the kernel.
#pragma once

#include <stdint.h>
#include <sys/random.h>

class Random {
 public:
  Random() {
    if (getrandom(state_, sizeof state_, 0) != sizeof state_) __builtin_trap();
  }

  uint64_t next() {
    uint64_t result = state_[0] + state_[3], t = state_[1] << 17;
    state_[2] ^= state_[0], state_[3] ^= state_[1], state_[1] ^= state_[2], state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = state_[3] << 45 | state_[3] >> 19;
    return result;
  }
  /// Uniform in [-1, 1), all 24 bits of a float used.
  float signed_unit() { return static_cast<float>(static_cast<int64_t>(next()) >> 40) * 0x1p-23f; }
  /// Uniform in [low, high].
  int between(int low, int high) {
    return low + static_cast<int>((next() >> 33) % static_cast<uint64_t>(high - low + 1));
  }

 private:
  uint64_t state_[4];
};

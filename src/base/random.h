// Random numbers with a seed that is the same on every machine (std distributions are not).
#pragma once

#include <cstdint>
#include <string_view>

namespace leanlab {

/// splitmix64 for seeding, xoshiro256** for the stream. Not for secrets. Thread: one object, one thread.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  [[nodiscard]] std::uint64_t next();
  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] double uniform();
  /// Uniform in [0, bound), without bias. `bound` > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  /// Standard normal (Box-Muller, one value a call).
  [[nodiscard]] double normal();

 private:
  std::uint64_t state_[4];
};

/// A seed that depends on a name and an index: independent streams from one run seed.
[[nodiscard]] std::uint64_t derive_seed(std::uint64_t seed, std::string_view name, std::uint64_t index);
/// Fresh entropy from the kernel.
[[nodiscard]] std::uint64_t entropy_seed();

}  // namespace leanlab

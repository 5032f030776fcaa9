// Private folder: where the temporary folder of a run lies, and what it takes of the machine's memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "sandbox/policy.h"

namespace leanlab::sandbox {

/// In which folder the temporary folder of a run is made (tiers B and C).
[[nodiscard]] std::filesystem::path temporary_parent(Tier tier);

/// How large the private folder `tmp` can grow in memory: 0 where it lies on a disk.
[[nodiscard]] std::uint64_t tmpfs_bytes(const Limits& limits, Tier tier, const std::string& tmp);

}  // namespace leanlab::sandbox

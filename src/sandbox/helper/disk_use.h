// Disk use: how much a run keeps on the disk where its private folder is no file system with a size of its own (tiers B, C).
#pragma once

#include <cstdint>
#include <string>

namespace leanlab::helper {

struct DiskUse {
  std::uint64_t bytes = 0,
                files = 0;  ///< more files than there can be: the folders lie too deep to be counted
};

/// What lies below `folder`, without following links, and what our descendants hold open though it has no name any more.
/// Stops counting where both limits are passed; 0 is no limit.
DiskUse measure_disk(const std::string& folder, std::uint64_t most_bytes, std::uint64_t most_files);

}  // namespace leanlab::helper

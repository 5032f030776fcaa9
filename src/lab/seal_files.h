// Sealed files: which there are, and what one looks like now.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "lab/project.h"
#include "lab/seal.h"

namespace leanlab::lab {

/// Where a sealed path lies.
[[nodiscard]] std::filesystem::path sealed_location(const Place& place, const std::string& path);

/// The stat fields of a sealed file, without its hash. Errors: io (gone), misconfigured (no file and no link).
[[nodiscard]] Result<SealedFile> stat_sealed(const Place& place, const std::string& path);
/// The same with its hash.
[[nodiscard]] Result<SealedFile> hash_sealed(const Place& place, const std::string& path);

}  // namespace leanlab::lab

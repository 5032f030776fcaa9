// The manifest of a seal as a file: docs/formats/seal.md.
#pragma once

#include <string>

#include "base/json.h"
#include "lab/seal.h"

namespace leanlab::lab {

/// SHA-256 of all that a score depends on.
[[nodiscard]] std::string seal_id(const Seal& seal);
[[nodiscard]] Json to_manifest(const Seal& seal);
/// Errors: integrity (not such an object, or its id does not fit its content), unsupported (a newer format).
[[nodiscard]] Result<Seal> from_manifest(const Json& manifest);

}  // namespace leanlab::lab

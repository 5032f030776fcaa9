// Probe: which isolation tier this machine really gives, found out by doing it.
#pragma once

#include <string>

#include "base/result.h"
#include "sandbox/policy.h"

namespace leanlab::sandbox {

/// Whether a tier can be had, and if not, why.
struct TierCheck {
  bool available = false;
  std::string reason;  ///< empty when available: else what the kernel refused, for a person
  std::string remedy;  ///< what a person may do about it; may be empty
};

struct ProbeResult {
  Tier tier =
      Tier::C;  ///< the best tier that held, or the one that LEANLAB_FORCE_TIER names if it is available
  TierCheck a, b;
  bool forced = false;  ///< LEANLAB_FORCE_TIER was set
};

/// Runs a small program in tier A, then in tier B, and lets it try what it must not be able to do. Done once a process.
/// Thread: any.
[[nodiscard]] const ProbeResult& probe();

/// For `--min-tier`: an error that says what is missing when `found` is weaker. Errors: misconfigured.
[[nodiscard]] Status require_tier(const ProbeResult& found, Tier least);

}  // namespace leanlab::sandbox

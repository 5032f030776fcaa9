// The parts of a proof that its maker and its reader share. Only proof*.cc include this.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/book.h"
#include "store/ledger.h"

namespace leanlab::lab {

inline constexpr std::uint64_t k_proof_version = 1;
inline constexpr const char* k_proof_magic = "leanlab-proof";
inline constexpr const char* k_unsigned = "unsigned";
inline constexpr const char* k_signature_begin = "-----BEGIN SSH SIGNATURE-----";
inline constexpr const char* k_signature_end = "-----END SSH SIGNATURE-----";
inline constexpr const char* k_ledger_follows = "ledger";

/// What a ledger says of itself, record by record.
struct ProofSurvey {
  std::uint64_t experiments = 0;
  std::optional<double> best;  ///< of the last accepted one
  std::uint64_t best_number = 0;
  std::string best_sha256;
  std::set<std::string> seals;  ///< each that a lock closed
  std::vector<VerifyProblem> problems;
};
/// Reads the records up to `head`. Errors: integrity, io.
[[nodiscard]] Result<ProofSurvey> survey_ledger(const store::Ledger& ledger, const store::Head& head);

}  // namespace leanlab::lab

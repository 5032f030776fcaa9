// Proof: a book for other people: its whole ledger, the seals' manifests and a statement of its head, signed with the
// user's key. One text file that anyone can check: docs/formats/proof.md.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "lab/book.h"
#include "lab/config.h"
#include "lab/project.h"

namespace leanlab::lab {

/// Writes the proof of a lab's book piece by piece to `write`. `key`: the SSH key that signs; empty: unsigned. The book
/// must hold: a proof of a damaged one is refused. Errors: integrity, misconfigured (no ledger, no use of the key), io.
[[nodiscard]] Status make_proof(const Place& place, const Config& config, const std::filesystem::path& key,
                                const Clock& clock, const std::function<void(std::string_view)>& write);

/// Whether a file begins as a proof does.
[[nodiscard]] bool is_proof(const std::filesystem::path& file);

struct ProofReport {
  VerifyReport report;
  std::string lab;
  std::string statement;  ///< for people: what it says of itself
  std::string signer;     ///< whose key signed; empty: nobody's
};
/// Checks chain, head, seals and signature of a proof, on its own: nothing else is needed. With `public_key` it must be
/// signed by that key. Errors: io, unsupported (a newer format), misconfigured (no proof, no ssh-keygen).
[[nodiscard]] Result<ProofReport> verify_proof(const std::filesystem::path& file,
                                               const std::filesystem::path& public_key, const Clock& clock);

}  // namespace leanlab::lab

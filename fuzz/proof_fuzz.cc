// Fuzzes proofs that somebody else made: whatever the file says, checking it ends with a report or an error. An input is a proof;
// and it is the parts of one whose chain holds: a statement, manifests up to the line "ledger", then "TYPE BODY" of each record.
// Signatures are left out: ssh-keygen reads them, in a process of its own.
#include <string>

#include <fmt/format.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "base/strings.h"
#include "checks.h"
#include "lab/proof.h"
#include "lab/proof_text.h"
#include "store/ledger_line.h"
#include "target.h"

namespace leanlab::lab {
namespace {

constexpr const char* k_time = "2026-11-23T09:22:00.123Z";

void verify(std::string_view proof) {
  if (proof.find(k_signature_begin) != std::string_view::npos) return;
  const Fd fd(::memfd_create("proof", MFD_CLOEXEC));
  INVARIANT(fd && write_all(fd.get(), proof));
  const auto report = verify_proof(fmt::format("/proc/self/fd/{}", fd.get()), {}, system_clock());
  if (!report) return fuzz::check_error(report.error());
  INVARIANT(report->signer.empty() && fuzz::is_shown(report->statement));
  for (const auto& problem : report->report.problems) INVARIANT(!problem.what.empty());
}

std::string proof_of(std::string_view input) {
  fuzz::Feed feed(input);
  std::string statement(feed.until('\n')), manifests, ledger;
  while (!feed.is_empty()) {
    const std::string_view line = feed.until('\n');
    if (line == k_ledger_follows) break;
    manifests += std::string(line) + '\n';
  }
  std::string head(store::no_record_hash());
  for (std::uint64_t seq = 1; !feed.is_empty(); ++seq) {
    const std::string_view type = feed.until(' ');
    const std::string line = store::make_line(seq, head, k_time, type, feed.until('\n'));
    head = line.substr(0, head.size());
    ledger += line;
  }
  statement = replace_all(statement, "HEAD", head);
  return fmt::format("{} {}\n{}\n{}\n{}{}\n{}", k_proof_magic, k_proof_version, statement, k_unsigned,
                     manifests, k_ledger_follows, ledger);
}

}  // namespace
}  // namespace leanlab::lab

FUZZ_TARGET(proof) {
  leanlab::lab::verify(input);
  leanlab::lab::verify(leanlab::lab::proof_of(input));
}

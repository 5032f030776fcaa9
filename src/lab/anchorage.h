// Anchorage: the second places in which a lab's ledger is anchored, and what they say of it: docs/formats/ledger.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lab/project.h"
#include "store/anchor.h"
#include "store/ledger.h"
#include "vcs/notes_ref.h"

namespace leanlab::lab {

/// The ref of a git project that holds the anchors of its ledgers.
inline constexpr const char* k_ledger_ref = "refs/leanlab/ledger";

/// What the anchors say of a ledger.
struct AnchorReport {
  bool holds = true;
  bool anchored = false;  ///< there is at least one anchor
  std::string line;       ///< for people: where it is anchored, or what does not hold
};

/// The user's state folder (`anchors/`), and in a git project the ref k_ledger_ref.
class Anchorage {
 public:
  Anchorage(const Place& place, const Clock& clock);

  /// Compares the ledger with its anchors. A ledger that has none where another one is anchored does not hold.
  /// Errors: io, unsupported.
  [[nodiscard]] Result<AnchorReport> check(const store::Ledger& ledger) const;
  /// Anchors the ledger's head in the user's folder: one flushed file. Errors: integrity (an anchor is further on), io, no_space.
  [[nodiscard]] Status keep(const store::Ledger& ledger) const;
  /// The same in the git project's ref, if there is one: some milliseconds. Errors: misconfigured, io, no_space.
  [[nodiscard]] Status keep_in_git(const store::Ledger& ledger) const {
    return keep_in_ref(anchor_of(ledger));
  }
  /// An act of the owner: what the ledger says now is anchored, whatever was before. Errors: io, no_space.
  [[nodiscard]] Status accept(const store::Ledger& ledger) const;

  /// Where there is no ledger: the furthest anchor of one that lay here, of the ids in `known` if there are any.
  [[nodiscard]] std::optional<store::Anchor> lost(const std::vector<std::string>& known) const;
  /// The ledgers that lay here are not expected any more. Errors: io, no_space.
  [[nodiscard]] Status retire(const std::string& why) const;
  /// They lie in `state` from now on. Errors: io, no_space.
  [[nodiscard]] Status move(const std::filesystem::path& state) const;

 private:
  [[nodiscard]] store::Anchor anchor_of(const store::Ledger& ledger) const;
  [[nodiscard]] std::filesystem::path folder_for(const std::string& ledger_id) const;
  [[nodiscard]] Result<std::optional<store::Anchor>> in_folder(const std::string& ledger_id) const;
  [[nodiscard]] Result<std::optional<store::Anchor>> in_ref(const std::string& ledger_id) const;
  [[nodiscard]] Status keep_in_ref(const store::Anchor& anchor) const;
  [[nodiscard]] Result<AnchorReport> check_stranger(const store::Ledger& ledger) const;

  const Place place_;
  const Clock& clock_;
  const std::filesystem::path folder_;  ///< empty: the user has no home
  const std::optional<vcs::NotesRef> ref_;
};

}  // namespace leanlab::lab

// Anchor: a ledger's head kept in a second place, where a cut tail or a rewrite of the whole file shows.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/ledger.h"

namespace leanlab::store {

/// What is kept: `<folder>/<ledger's id>.json`.
struct Anchor {
  std::string ledger_id;
  Head head;  ///< of the ledger when the anchor was written
  std::string
      place;  ///< the folder of the ledger, absolute: to find what a lost state was, and to tell copies apart
  std::string ts;  ///< when, ISO 8601; for people
  /// Why that ledger is not expected in `place` any more ("lost", "removed"); empty: it is.
  std::string retired = {};
};

/// An anchor as the text of its file, and the reverse. `shown` is the file's name in errors.
/// Errors: integrity (it cannot be read), unsupported (a newer format).
[[nodiscard]] std::string to_text(const Anchor& anchor);
[[nodiscard]] Result<Anchor> parse_anchor(const std::string& text, const std::string& shown);

/// Keeps the anchor in `folder`, on disk when this returns, and as a whole or not at all. Give it what Ledger::head()
/// says, so that it is never ahead of the disk. The caller decides how often.
/// Errors: integrity (the one kept there is further on: it is not overwritten), no_space, io.
[[nodiscard]] Status write_anchor(const std::filesystem::path& folder, const Anchor& anchor);
/// The anchor of that ledger, if there is one. Errors: integrity (it cannot be read), unsupported (a newer format), io.
[[nodiscard]] Result<std::optional<Anchor>> read_anchor(const std::filesystem::path& folder,
                                                        const std::string& ledger_id);
/// Keeps it in place of whatever is there, also when that is further on: an act of the owner. Errors: no_space, io.
[[nodiscard]] Status replace_anchor(const std::filesystem::path& folder, const Anchor& anchor);
/// All anchors of ledgers that lie in `place`, the furthest on first: what a lost state had reached. Unreadable and
/// retired ones are left out. Errors: io.
[[nodiscard]] Result<std::vector<Anchor>> find_anchors(const std::filesystem::path& folder,
                                                       const std::filesystem::path& place);

/// How a ledger stands to its anchor.
enum class AnchorMatch {
  same,    ///< the ledger ends at the anchored record
  ahead,   ///< it has records behind the anchored one: the usual case
  behind,  ///< it is shorter: its tail was cut off, or an old copy was put in its place
  different,  ///< another record stands there: it was rewritten, or it is another copy of the ledger that went its own way
};
struct AnchorVerdict {
  AnchorMatch match = AnchorMatch::same;
  std::string what;  ///< one sentence for people
  [[nodiscard]] bool holds() const { return match == AnchorMatch::same || match == AnchorMatch::ahead; }
};
/// Compares; reads one record. Errors: internal (the anchor is of another ledger), io.
[[nodiscard]] Result<AnchorVerdict> compare(const Ledger& ledger, const Anchor& anchor);

}  // namespace leanlab::store

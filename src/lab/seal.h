// Seal: a manifest of everything that a score depends on besides the experiment, and the proof that it is
// unchanged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/config.h"
#include "lab/experiment.h"
#include "lab/project.h"

namespace leanlab::lab {

/// One sealed file. The stat fields make the cheap proof; they change with any honest way of writing to a
/// file.
struct SealedFile {
  std::string path;         ///< relative to the lab; data outside of it as lab.json names it
  std::string sha256;       ///< of the content; of a link: of its target's text
  bool link = false;        ///< a symbolic link that stays inside the lab
  bool executable = false;  ///< may be run by its owner
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::int64_t ctime_ns = 0;
};

struct Seal {
  std::string id;       ///< SHA-256 of what a score depends on (paths, hashes, commands, limits, interpreter)
  bool locked = false;  ///< false: a temporary seal of an unlocked lab
  std::vector<SealedFile> files;
  std::string eval_cmd, validate_cmd;
  std::string limits;       ///< canonical JSON of what the config says about judging
  std::string interpreter;  ///< the program that runs the evaluator: version and real path
  std::string environment;  ///< sealed_environment() at that time: evaluations get it from here
  std::string level;  ///< the contract that "auto" was found to mean, frozen by the lock; empty: not decided
  std::string ts;
  std::string manifest;  ///< SHA-256 of its file's text; empty: it is in none
};

/// The lock in force as a ledger recorded it.
struct RecordedSeal {
  std::string id;  ///< empty: the lab is not locked
  std::string
      manifest;  ///< SHA-256 of the manifest's text, so that no field of it can be edited; empty in old ledgers
};

/// PATH as it was when the seal was made: what resolve_command() is to look programs up on.
[[nodiscard]] std::string search_path(const Seal& seal);

/// Which files are sealed, sorted: everything in the lab except experiments, results, lab.json, notes, agents/, caches
/// and virtual environments; and what `data` names, wherever it lies. Errors: misconfigured (a link that leaves what is
/// sealed, a device, missing data), io.
[[nodiscard]] Result<std::vector<std::string>> sealed_paths(const Place& place, const Config& config);
/// Hashes everything. Errors: io, misconfigured.
[[nodiscard]] Result<Seal> make_seal(const Place& place, const Config& config);

/// Sets the level that "auto" means, which is a part of the seal's identity.
void freeze_level(Seal& seal, Level level);

/// Makes the lock: manifest in the state folder, sealed files of the lab read-only. A lab that is locked and unchanged
/// keeps its lock (with its old `ts`). Errors: misconfigured, io, no_space; integrity (locked, and something changed).
[[nodiscard]] Result<Seal> lock_lab(const Place& place, const Config& config);
/// Opens it: files writable again, the manifest kept in the history. Errors: misconfigured (not locked), io.
[[nodiscard]] Status unlock_lab(const Place& place);
/// The lock in force, if there is one. Errors: integrity (the manifest is damaged), unsupported (a newer format).
[[nodiscard]] Result<std::optional<Seal>> current_lock(const Place& place);
/// A manifest of the history by its id. Errors: as current_lock; not_found.
[[nodiscard]] Result<Seal> past_seal(const Place& place, const std::string& id);

/// The lock that is found against the one that the ledger knows (`recorded`; empty: none), so that a manifest that was
/// exchanged, edited or taken away shows. Errors: integrity; misconfigured (a lock or unlock that was cut off before it was recorded).
[[nodiscard]] Status agree_with_ledger(const Place& place, const RecordedSeal& recorded,
                                       const std::optional<Seal>& lock);

/// Full proof: every hash, the config's commands and limits, the interpreter. Errors: integrity, naming the first
/// difference.
[[nodiscard]] Status prove_seal(const Seal& seal, const Place& place, const Config& config);
/// Cheap proof around an evaluation: stat of each file, hashes of small files and of those whose stat differs. Errors:
/// integrity.
[[nodiscard]] Status prove_seal_quickly(const Seal& seal, const Place& place);
/// What stat says of the sealed files at this moment, as one text: it differs from that of a later moment when one of them
/// was written to meanwhile, also when its content was put back. Errors: integrity (one is gone).
[[nodiscard]] Result<std::string> stamp_sealed(const Seal& seal, const Place& place);
/// Files that came after the seal: no violation, for a judge sees sealed files only; `check` tells of them.
[[nodiscard]] Result<std::vector<std::string>> files_since(const Seal& seal, const Place& place,
                                                           const Config& config);

}  // namespace leanlab::lab

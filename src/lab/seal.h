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
#include "lab/project.h"

namespace leanlab::lab {

/// One sealed file. The stat fields make the cheap proof; they change with any honest way of writing to a
/// file.
struct SealedFile {
  std::string path;  ///< relative to the lab
  std::string sha256;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::int64_t ctime_ns = 0;
};

struct Seal {
  std::string id;       ///< SHA-256 of the manifest's content (paths, hashes, commands, limits, interpreter)
  bool locked = false;  ///< false: a temporary seal of an unlocked lab
  std::vector<SealedFile> files;
  std::string eval_cmd, validate_cmd;
  std::string limits;       ///< canonical JSON of what the config limits
  std::string interpreter;  ///< real path and version, or empty
  std::string ts;
};

/// Which files of the lab are sealed: everything except experiments, results, lab.json, notes, agents/ and
/// caches.
[[nodiscard]] Result<std::vector<std::string>> sealed_paths(const Place& place, const Config& config);
/// Hashes everything. Errors: io, misconfigured.
[[nodiscard]] Result<Seal> make_seal(const Place& place, const Config& config);

/// Makes the lock: manifest in the state folder, sealed files read-only. Errors: misconfigured (already
/// locked and unchanged is fine).
[[nodiscard]] Result<Seal> lock_lab(const Place& place, const Config& config);
/// Opens it: files writable again, the manifest kept in the history.
[[nodiscard]] Status unlock_lab(const Place& place);
/// The lock in force, if there is one. Errors: integrity (the manifest is damaged).
[[nodiscard]] Result<std::optional<Seal>> current_lock(const Place& place);

/// Full proof: every hash, the config's commands and limits. Errors: integrity, naming the first difference.
[[nodiscard]] Status prove_seal(const Seal& seal, const Place& place, const Config& config);
/// Cheap proof around an evaluation: stat of each file, hashes of those whose stat differs. Errors:
/// integrity.
[[nodiscard]] Status prove_seal_quickly(const Seal& seal, const Place& place);

}  // namespace leanlab::lab

// Ledger: the truth. An append-only file of hash-chained records, one line each; its fsync is the commit.
// Everything else (database, results.jsonl) is a projection that is made anew from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace leanlab::store {

/// A record as it stands in the ledger.
struct Record {
  std::uint64_t seq = 0;  ///< counts from 1
  std::string hash;       ///< SHA-256 (hex) of the record's JSON text, which holds the previous record's hash
  std::uint64_t offset = 0;  ///< where its line begins in the file, bytes
  std::uint64_t size = 0;    ///< its line with the newline, bytes
  std::string type;          ///< "judged", "refused", ...
  std::string text;          ///< the JSON text: {"v":1,"seq":..,"prev":..,"ts":..,"type":..,"body":{..}}
};

/// A position that something has been read up to.
struct Head {
  std::uint64_t seq = 0;     ///< 0: nothing
  std::uint64_t offset = 0;  ///< first byte after that record
  std::string hash;          ///< its hash, or 64 zeros
};

/// What open() found and mended.
struct OpenReport {
  std::uint64_t torn_bytes = 0;  ///< of an unfinished last record, which were moved to `ledger.torn-<seq>`
};

class Ledger {
 public:
  enum class Mode { read_only, append };
  /// Opens (mode append: or makes) `<folder>/ledger.jsonl`. Reads only what lies behind `known`, a position
  /// that a projection has stored, so that opening costs the same with a million records. An unfinished last
  /// line (no newline: a write that a crash cut) is moved aside; a damaged complete line is an error. Errors:
  /// integrity (damaged, shorter than `known`, `known.hash` does not stand there), unsupported (a newer
  /// format), io.
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& folder, Mode mode,
                                                            const Head& known, const Clock& clock,
                                                            OpenReport* report = nullptr);
  virtual ~Ledger() = default;

  /// Appends one record and returns when it is on disk. Many threads may call: those that wait together share
  /// one fsync. On a full disk the file is cut back to its last whole record and nothing is lost. Errors:
  /// no_space, io; after a failed fsync every later call fails (what is on disk is unknown).
  [[nodiscard]] virtual Result<Record> append(std::string_view type, const Json& body) = 0;
  /// Calls `visit` for each record behind `from`, in order, reading in pieces; stops at the first error.
  /// Checks chain and hash.
  [[nodiscard]] virtual Status scan(const Head& from,
                                    const std::function<Status(const Record&)>& visit) const = 0;
  /// One record at a known place. Errors: integrity, io.
  [[nodiscard]] virtual Result<Record> read(std::uint64_t offset, std::uint64_t size) const = 0;
  /// The last record that is on disk.
  [[nodiscard]] virtual Head head() const = 0;
};

}  // namespace leanlab::store

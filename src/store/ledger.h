// Ledger: the truth. An append-only file of hash-chained records, one line each; its fsync is the commit.
// Everything else (database, results.jsonl) is a projection that is made anew from it. Format: docs/formats/ledger.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace leanlab::store {

/// The file's name in its folder.
inline constexpr const char* k_ledger_file = "ledger.jsonl";

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

/// What open() found behind the last whole record, and mended (mode append) or only saw (mode read_only, where it may
/// just as well be a record that another process is writing at this moment).
struct OpenReport {
  std::uint64_t torn_bytes = 0;     ///< of an unfinished last record, which were moved to `torn_file`
  std::filesystem::path torn_file;  ///< `ledger.torn-<seq>` in the folder; empty when nothing was moved
  bool completed = false;           ///< the last record was whole but for its newline, and got it
};

/// A record whose body depends on its place in the ledger (an experiment's number, whether it is a new best).
struct Draft {
  std::string type;
  /// Makes the body, given the record's number. Called in the ledger's order, by one thread at a time, before the record
  /// is on disk; must not call the ledger.
  std::function<Json(std::uint64_t seq)> body;
  /// Takes back what `body` noted down: called, in reverse order and before any further body is made, when the records
  /// did not get into the ledger. May be empty.
  std::function<void()> undo = {};
};

class Ledger {
 public:
  enum class Mode { read_only, append };
  /// Opens (mode append: or makes, with its folder) `<folder>/ledger.jsonl`. Reads only what lies behind `known`, a
  /// position that a projection has stored, so that opening costs the same with a million records. An unfinished last
  /// line (no newline: a write that a crash cut) is moved aside; a damaged complete line is an error. Mode append holds
  /// a lock until the object goes.
  /// Errors: integrity (damaged, shorter than `known`, `known.hash` does not stand there), unsupported (a newer format),
  /// lab_busy (another process appends), not_found (mode read_only: no such file), no_space, io.
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& folder, Mode mode,
                                                            const Head& known, const Clock& clock,
                                                            OpenReport* report = nullptr);
  virtual ~Ledger() = default;

  /// Appends one record and returns when it is on disk. Many threads may call: those that wait together share one
  /// fsync. On a full disk the file is cut back to its last whole record and nothing is lost. `type` is a word of
  /// a-z, 0-9, `_`, `-`, `.`; `body` is an object of at most 16 MiB.
  /// Errors: no_space, io, internal (a wrong type or body); integrity (the file was changed under us); after a failed
  /// fsync every later call fails (what is on disk is unknown).
  [[nodiscard]] virtual Result<Record> append(std::string_view type, const Json& body) = 0;
  /// Appends all of them, next to each other and with one fsync, or none. Errors: as append().
  [[nodiscard]] virtual Result<std::vector<Record>> append_all(const std::vector<Draft>& drafts) = 0;
  /// Calls `visit` for each record behind `from`, at most `most` of them, in order, reading in pieces; stops at the first error. Checks chain
  /// and hash. In mode read_only it goes to the file's present end, so that a reader can follow a writer.
  [[nodiscard]] virtual Status scan(const Head& from, const std::function<Status(const Record&)>& visit,
                                    std::uint64_t most = UINT64_MAX) const = 0;
  /// One record at a known place. Errors: integrity, io.
  [[nodiscard]] virtual Result<Record> read(std::uint64_t offset, std::uint64_t size) const = 0;
  /// Whether the record that ends at `position` is whole and has that number and hash. Costs one read.
  /// Errors: integrity (it does not; the message says how), io.
  [[nodiscard]] virtual Status expect(const Head& position) const = 0;
  /// The last record that is on disk (mode read_only: that was when it was opened).
  [[nodiscard]] virtual Head head() const = 0;
  /// The random name that this ledger got when it was made: 32 hexadecimal digits.
  [[nodiscard]] virtual const std::string& id() const = 0;
};

/// The first place where a ledger does not hold.
struct Problem {
  std::uint64_t seq = 0;     ///< of the record
  std::uint64_t offset = 0;  ///< of its line, bytes
  std::string what;
};

/// The outcome of verify_ledger().
struct Verification {
  std::uint64_t records = 0;  ///< that hold, from the first
  Head head;                  ///< the last of them
  std::string id;             ///< of the ledger; empty when its first record does not hold
  std::uint64_t torn_bytes =
      0;  ///< of an unfinished last line: not a problem, the next writer moves it aside
  std::vector<Problem> problems;  ///< empty: the ledger is whole
};

/// The id of the ledger in `folder`, out of its first record. Errors: not_found, integrity, io.
[[nodiscard]] Result<std::string> read_ledger_id(const std::filesystem::path& folder);

/// Reads the whole ledger and checks every record, believing no stored position. Changes nothing.
/// Errors: io, not_found, unsupported (a newer format).
[[nodiscard]] Result<Verification> verify_ledger(const std::filesystem::path& folder);

}  // namespace leanlab::store

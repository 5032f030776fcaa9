// ResultsFile: results.jsonl, the view of the book that 0.2.1 and other tools read. It follows the ledger; rows that
// somebody else wrote into it are found here so that the book can import them.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "lab/config.h"
#include "lab/experiment.h"
#include "store/ledger.h"

namespace leanlab::lab {

/// A line as it stands in a file.
struct FileLine {
  std::string_view text;
  std::uint64_t end = 0;  ///< offset of the byte after its newline
};
/// Calls `visit` with the whole lines behind `offset`, those of a small piece of the file at a time. What has no newline at
/// the end counts when it is JSON. `path` is shown in errors. Errors: io, and those of `visit`.
[[nodiscard]] Status scan_lines(const Fd& file, const std::filesystem::path& path, std::uint64_t offset,
                                const std::function<Status(std::span<const FileLine>)>& visit);

/// One row behind the accounted part of the file.
struct ResultsLine {
  std::string text;
  std::uint64_t end = 0;  ///< offset of the byte after its newline
  std::string ledger;     ///< id of the ledger whose row it is; empty: somebody else's
  std::uint64_t seq = 0;  ///< of that ledger's record
};

class ResultsFile {
 public:
  explicit ResultsFile(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Size in bytes; 0 when there is none.
  [[nodiscard]] std::uint64_t size() const;
  /// Ends a last line that has no newline: cuts it when it is no JSON (a write that a crash cut short). Errors: io, no_space.
  [[nodiscard]] Status mend() const;
  /// Calls `visit` for each whole line behind `offset`, empty ones left out, reading in pieces. Errors: io, and those of
  /// `visit`.
  [[nodiscard]] Status scan(std::uint64_t offset, const std::function<Status(ResultsLine&)>& visit) const;
  /// Adds rows (without newlines), all or none. Errors: io, no_space.
  [[nodiscard]] Status append(const std::vector<std::string>& rows) const;

 private:
  std::filesystem::path path_;
};

/// Rows that stand in the file behind the accounted part, while the book works out which of them the ledger knows.
class ResultsTail {
 public:
  ResultsTail() = default;
  /// Rows of `ledger` up to `known_seq` are known already.
  ResultsTail(std::uint64_t accounted, std::string ledger, std::uint64_t known_seq, std::uint64_t last_seq)
      : ledger_(std::move(ledger)), known_seq_(known_seq), last_seq_(last_seq), accounted_(accounted) {}
  /// The next line of the file.
  void add(ResultsLine&& line);
  /// Whether the row of record `seq` stands in the file; if so it is known from now on.
  [[nodiscard]] bool take(std::uint64_t seq);
  /// Whether this very text stands in the file as a foreign row; if so it is known from now on.
  [[nodiscard]] bool take(const std::string& row);
  /// A row was added behind all others.
  void added(std::uint64_t end);
  /// Everything before this offset is known.
  [[nodiscard]] std::uint64_t accounted();
  /// How many rows no record stands for.
  [[nodiscard]] std::size_t foreign_count() const { return foreign_.size(); }
  /// The first `most` rows that no record stands for, in order.
  [[nodiscard]] std::vector<std::string> foreign(std::size_t most) const;

 private:
  // A large book has a slot for each row while it is rebuilt, so they are small.
  static constexpr std::uint32_t k_no_text = UINT32_MAX;
  struct Slot {
    std::uint64_t end = 0;
    std::uint32_t text = k_no_text;  // of a foreign row: in texts_
    bool known = false;
  };
  std::string ledger_;
  std::uint64_t known_seq_ = 0, last_seq_ = 0;
  std::vector<Slot> slots_;
  std::deque<std::string> texts_;
  std::size_t first_unknown_ = 0;
  std::uint64_t accounted_ = 0;
  std::vector<std::pair<std::uint64_t, std::size_t>> ours_;    // record and slot, by record
  std::unordered_multimap<std::size_t, std::size_t> foreign_;  // hash of the text, and slot
};

/// A row that the ledger does not know, as an experiment marked not verifiable. Errors: misconfigured (no JSON object).
[[nodiscard]] Result<Experiment> import_row(const std::string& row, const std::string& lab,
                                            const Objective& objective);

/// Replaces results.jsonl by the rows of the whole ledger. Errors: integrity, io, no_space.
[[nodiscard]] Status write_results(const ResultsFile& results, const store::Ledger& ledger,
                                   const std::string& lab, const std::string& metric);

}  // namespace leanlab::lab

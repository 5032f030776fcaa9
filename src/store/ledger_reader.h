// Reading a ledger's file: lines in pieces of constant memory, records with their chain checked, single records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/ledger.h"

namespace leanlab::store {

/// An integrity error that names record and byte.
[[nodiscard]] Error ledger_damaged(const std::filesystem::path& file, std::uint64_t seq, std::uint64_t offset,
                                   std::string_view why);

/// The file's present size, bytes.
[[nodiscard]] Result<std::uint64_t> ledger_size(int fd, const std::filesystem::path& file);
/// Whether it is 32 hexadecimal digits.
[[nodiscard]] bool is_ledger_id(std::string_view text);
/// The ledger's id, out of its first record.
[[nodiscard]] Result<std::string> ledger_id(const Record& first, const std::filesystem::path& file);

/// Whole lines of a file from a place on, read 1 MiB at a time.
class LineReader {
 public:
  /// Reads [from, end) of `fd`, which stays the caller's.
  LineReader(int fd, std::uint64_t from, std::uint64_t end)
      : fd_(fd), read_to_(from), end_(end), offset_(from) {}
  /// The next line with its newline, or nothing when no whole line is left. The view lasts until the next call.
  /// A line beyond the longest that is allowed comes out cut, without a newline. Errors: io.
  [[nodiscard]] Result<std::optional<std::string_view>> next();
  /// Where the line that next() yields next begins, bytes.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  Status fill();
  int fd_;
  std::uint64_t read_to_;
  std::uint64_t end_;
  std::uint64_t offset_;
  std::string buffer_;
  std::size_t at_ = 0;        // of the next line in the buffer
  std::size_t searched_ = 0;  // no newline in [at_, searched_)
};

/// Records from a position on; each is checked against its hash, its number and the record before it.
class ChainReader {
 public:
  /// Reads behind `from` up to byte `end`. `file` is for messages.
  ChainReader(int fd, std::filesystem::path file, const Head& from, std::uint64_t end);
  /// The next record, or null when no whole line is left; it lasts until the next call.
  /// Errors: integrity (see problem()), unsupported (a newer format), io.
  [[nodiscard]] Result<const Record*> next();
  /// Behind the last record that next() returned.
  [[nodiscard]] const Head& head() const { return head_; }
  /// What next() failed with, when that was damage.
  [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }

 private:
  tl::unexpected<Error> damaged(std::string_view why);
  LineReader lines_;
  std::filesystem::path file_;
  Head head_;
  Record record_;
  std::optional<Problem> problem_;
};

/// The record in [offset, offset + size). Its place in the chain is not checked. Errors: integrity, unsupported, io.
[[nodiscard]] Result<Record> read_record(int fd, const std::filesystem::path& file, std::uint64_t offset,
                                         std::uint64_t size);
/// Checks that a record ends at `position`, with that number and hash. Errors: integrity, unsupported, io.
[[nodiscard]] Status expect_record(int fd, const std::filesystem::path& file, const Head& position);

/// What stands behind the last newline of a ledger.
enum class Tail {
  none,        ///< nothing
  torn,        ///< the beginning of a record, or zeros that the file system left: a crash cut the write
  no_newline,  ///< a whole record that lacks only its newline
};
struct TailReport {
  Tail kind = Tail::none;
  std::string bytes;       ///< all of the tail
  std::uint64_t size = 0;  ///< no_newline: of the record
  std::string hash;        ///< no_newline: of the record
};
/// Judges the bytes behind `head`. Errors: integrity (neither a record nor the beginning of one), unsupported, io.
[[nodiscard]] Result<TailReport> read_tail(int fd, const std::filesystem::path& file, const Head& head,
                                           std::uint64_t file_size);

}  // namespace leanlab::store

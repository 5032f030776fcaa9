// Reads ledger files in pieces and judges what it finds.
#include "store/ledger_reader.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "base/fd.h"
#include "store/ledger_line.h"

namespace leanlab::store {

namespace {

constexpr std::size_t k_piece_bytes = 1u << 20;
constexpr std::size_t k_short_piece_bytes = 4096;

Error newer_format(const std::filesystem::path& file, std::uint64_t offset) {
  return Error(ErrorCode::unsupported,
               fmt::format("the ledger is written in a newer format than this leanlab reads (version {})",
                           k_ledger_version))
      .at(fmt::format("{}: byte {}", file.string(), offset))
      .then("install the leanlab that wrote it, or a newer one");
}

void fill_record(Record& record, const LineView& view, std::uint64_t offset, std::uint64_t size) {
  record.seq = view.seq;
  record.hash = view.hash;
  record.offset = offset;
  record.size = size;
  record.type = view.type;
  record.text = view.text;
}

}  // namespace

Error ledger_damaged(const std::filesystem::path& file, std::uint64_t seq, std::uint64_t offset,
                     std::string_view why) {
  return Error(ErrorCode::integrity, fmt::format("record {} of the ledger is damaged: {}", seq, why))
      .at(fmt::format("{}: record {}, byte {}", file.string(), seq, offset))
      .then("restore the file from a backup; `leanlab verify` shows what still holds");
}

Result<std::uint64_t> ledger_size(int fd, const std::filesystem::path& file) {
  struct stat status{};
  if (::fstat(fd, &status) != 0)
    return fail(errno_error(errno, fmt::format("cannot examine {}", file.string())));
  return static_cast<std::uint64_t>(status.st_size);
}

bool is_ledger_id(std::string_view text) {
  return text.size() == 32 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Result<std::string> ledger_id(const Record& first, const std::filesystem::path& file) {
  const auto record = parse_json(first.text, file.string());
  if (record && (*record)["body"].contains("id") && (*record)["body"]["id"].is_string()) {
    std::string id = (*record)["body"]["id"].get<std::string>();
    if (is_ledger_id(id)) return id;
  }
  return fail(ledger_damaged(file, 1, 0, "the first record does not hold the ledger's id"));
}

Status LineReader::fill() {
  // What is left of the last piece moves to the front, so that memory stays one piece and one line.
  buffer_.erase(0, at_);
  searched_ = buffer_.size();
  at_ = 0;
  const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(k_piece_bytes, end_ - read_to_));
  TRY_ASSIGN(const std::string more, read_at(fd_, read_to_, piece));
  buffer_ += more;
  read_to_ += more.size();
  if (more.size() < piece) end_ = read_to_;  // the file was cut meanwhile
  return {};
}

Result<std::optional<std::string_view>> LineReader::next() {
  while (true) {
    const auto newline = buffer_.find('\n', searched_);
    if (newline != std::string::npos || buffer_.size() - at_ > k_max_line_bytes) {
      const std::size_t size = newline == std::string::npos ? k_max_line_bytes : newline + 1 - at_;
      const std::string_view line = std::string_view(buffer_).substr(at_, size);
      at_ += size;
      searched_ = at_;
      offset_ += size;
      return line;
    }
    if (read_to_ >= end_) return std::nullopt;
    TRY(fill());
  }
}

ChainReader::ChainReader(int fd, std::filesystem::path file, const Head& from, std::uint64_t end)
    : lines_(fd, from.offset, end), file_(std::move(file)), head_(from) {
  if (head_.seq == 0) head_ = Head{0, 0, no_record_hash()};
}

tl::unexpected<Error> ChainReader::damaged(std::string_view why) {
  problem_ = Problem{head_.seq + 1, head_.offset, std::string(why)};
  return fail(ledger_damaged(file_, head_.seq + 1, head_.offset, why));
}

Result<const Record*> ChainReader::next() {
  TRY_ASSIGN(const auto line, lines_.next(), "reading {}", file_.string());
  if (!line) return nullptr;
  if (line->back() != '\n') return damaged("its line is longer than any record");
  const auto view = parse_line(line->substr(0, line->size() - 1));
  if (!view && view.error() == LineFault::newer_version) return fail(newer_format(file_, head_.offset));
  if (!view) return damaged(describe(view.error()));
  if (view->seq != head_.seq + 1) {
    return damaged(
        fmt::format("the number {} stands there, so records are missing or in another order", view->seq));
  }
  if (view->prev != head_.hash) return damaged("it names another record as the one before it");
  if (view->seq == 1 && view->type != "ledger") return damaged("the first record is not of type \"ledger\"");
  fill_record(record_, *view, head_.offset, line->size());
  head_ = Head{record_.seq, head_.offset + record_.size, record_.hash};
  return &record_;
}

Result<Record> read_record(int fd, const std::filesystem::path& file, std::uint64_t offset,
                           std::uint64_t size) {
  const auto bad = [&](std::string_view why) {
    return fail(
        Error(ErrorCode::integrity, fmt::format("no record of the ledger stands at byte {}: {}", offset, why))
            .at(fmt::format("{}: byte {}", file.string(), offset))
            .then("leanlab verify"));
  };
  if (size < 2 || size > k_max_line_bytes) return bad(fmt::format("{} bytes is no size of a record", size));
  TRY_ASSIGN(const std::string line, read_at(fd, offset, size), "reading {}", file.string());
  if (line.size() < size) return bad("the file ends before it");
  if (line.back() != '\n') return bad("its line does not end there");
  const auto view = parse_line(std::string_view(line).substr(0, line.size() - 1));
  if (!view && view.error() == LineFault::newer_version) return fail(newer_format(file, offset));
  if (!view) return bad(describe(view.error()));
  Record record;
  fill_record(record, *view, offset, size);
  return record;
}

Status expect_record(int fd, const std::filesystem::path& file, const Head& position) {
  // The line that ends there is found backwards: its own newline, then the one before it.
  const auto damaged = [&](std::string_view why) {
    return fail(ledger_damaged(file, position.seq, position.offset, why));
  };
  std::string line;
  std::uint64_t begin = position.offset;
  std::size_t piece = k_short_piece_bytes;
  std::size_t previous_newline = std::string::npos;
  while (begin > 0 && previous_newline == std::string::npos && line.size() <= k_max_line_bytes) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece, begin));
    begin -= size;
    TRY_ASSIGN(std::string more, read_at(fd, begin, size), "reading {}", file.string());
    if (more.size() < size) return damaged("the file is shorter than it was when that record was read");
    line.insert(0, more);
    if (line.back() != '\n') return damaged("no line ends where that record ended");
    if (line.size() > 1) previous_newline = line.rfind('\n', line.size() - 2);
    piece = std::min(piece * 4, k_piece_bytes);
  }
  if (previous_newline != std::string::npos) {
    begin += previous_newline + 1;
    line.erase(0, previous_newline + 1);
  }
  const auto view = parse_line(std::string_view(line).substr(0, line.empty() ? 0 : line.size() - 1));
  if (!view && view.error() == LineFault::newer_version) return fail(newer_format(file, begin));
  if (!view) return fail(ledger_damaged(file, position.seq, begin, describe(view.error())));
  if (view->seq != position.seq || view->hash != position.hash) {
    return fail(ledger_damaged(
        file, position.seq, begin,
        "another record stands there than the one that was read before: the ledger was rewritten"));
  }
  return {};
}

Result<TailReport> read_tail(int fd, const std::filesystem::path& file, const Head& head,
                             std::uint64_t file_size) {
  TailReport report;
  if (file_size <= head.offset) return report;
  const auto damaged = [&](std::string_view why) {
    return fail(ledger_damaged(file, head.seq + 1, head.offset, why));
  };
  const std::uint64_t size = file_size - head.offset;
  if (size > 2 * k_max_line_bytes) return damaged("its line is longer than any record");
  TRY_ASSIGN(report.bytes, read_at(fd, head.offset, static_cast<std::size_t>(size)), "reading {}",
             file.string());
  // A file system may have lengthened the file before it wrote the data: zeros to the end.
  std::string_view text = report.bytes;
  text = text.substr(0, text.find_last_not_of('\0') + 1);
  if (const auto view = parse_line(text)) {
    if (view->seq != head.seq + 1 || view->prev != head.hash)
      return damaged("it does not follow the record before it");
    report.kind = Tail::no_newline;
    report.size = text.size();
    report.hash = view->hash;
    return report;
  }
  if (!can_be_torn(text, head.seq + 1, head.hash)) {
    return damaged("neither a record nor the beginning of one stands there");
  }
  report.kind = Tail::torn;
  return report;
}

}  // namespace leanlab::store

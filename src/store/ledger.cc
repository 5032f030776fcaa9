// The ledger: opening with what a crash left, group commit, reading back.
#include "store/ledger.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/fd.h"
#include "base/fs.h"
#include "base/random.h"
#include "store/ledger_batch.h"
#include "store/ledger_line.h"
#include "store/ledger_reader.h"

namespace leanlab::store {

namespace {

Status flush(int fd, const fs::path& file) {
  if (::fdatasync(fd) != 0)
    return fail(errno_error(errno, fmt::format("cannot flush {} to the disk", file.string())));
  return {};
}

// How often a reader looks before it calls something damaged.
constexpr int k_looks = 3;

bool is_damage(const Status& status) {
  return !status && status.error().code == ErrorCode::integrity;
}

class FileLedger final : public Ledger {
 public:
  FileLedger(fs::path folder, Mode mode, const Clock& clock)
      : folder_(std::move(folder)), file_(folder_ / k_ledger_file), mode_(mode), clock_(clock) {}

  Status open(const Head& known, OpenReport& report);
  Result<Record> append(std::string_view type, const Json& body) override;
  Result<std::vector<Record>> append_all(const std::vector<Draft>& drafts) override;
  Status scan(const Head& from, const std::function<Status(const Record&)>& visit,
              std::uint64_t most) const override;
  Result<Record> read(std::uint64_t offset, std::uint64_t size) const override {
    return read_record(fd_.get(), file_, offset, size);
  }
  Status expect(const Head& position) const override;
  Head head() const override {
    const std::lock_guard hold(mutex_);
    return head_;
  }
  const std::string& id() const override { return id_; }

 private:
  Status open_file_and_lock(const Head& known);
  Status read_chain(const Head& known, TailReport& tail, std::uint64_t& size);
  Status check_known(const Head& known, std::uint64_t size) const;
  Status read_first_record(std::uint64_t size);
  Status mend_tail(const TailReport& tail, OpenReport& report);
  Status write_first_record();
  Result<std::vector<Record>> submit(Pending& mine);
  void commit(const std::vector<Pending*>& batch);
  Status write_lines(const std::string& lines, std::uint64_t offset);
  Status cut_back(std::uint64_t offset, Error why);

  const fs::path folder_;
  const fs::path file_;
  const Mode mode_;
  const Clock& clock_;
  Fd fd_;
  std::string id_;

  mutable std::mutex mutex_;           // guards what follows
  std::condition_variable written_;    // a batch is through
  std::vector<Pending*> queue_;        // waits for the next batch
  bool leader_writes_ = false;         // one of the callers is writing a batch
  Head head_{0, 0, no_record_hash()};  // the last record on disk
  std::optional<Error> poison_;        // why nothing may be appended any more
};

// ---- opening

Status FileLedger::open_file_and_lock(const Head& known) {
  std::error_code ignored;
  const bool exists = fs::exists(file_, ignored);
  if (!exists && known.seq > 0) {
    return fail(ledger_damaged(file_, known.seq, 0,
                               "the whole file is gone, although that record was read from it before"));
  }
  if (mode_ == Mode::read_only) {
    if (!exists) return fail(ErrorCode::not_found, "there is no ledger in {}", folder_.string());
    TRY_ASSIGN(fd_, open_file(file_, O_RDONLY));
    return {};
  }
  TRY(make_directories(folder_));
  TRY_ASSIGN(fd_, open_file(file_, O_RDWR | O_CREAT | O_APPEND));
  // Two writers would fork the chain. The kernel drops the lock when the process dies.
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return fail(errno_error(errno, fmt::format("cannot lock {}", file_.string())));
  return fail(Error(ErrorCode::lab_busy, "another process is writing this ledger").at(file_.string()));
}

Status FileLedger::check_known(const Head& known, std::uint64_t size) const {
  if (known.seq == 0) return {};
  if (size < known.offset) {
    return fail(ledger_damaged(
        file_, known.seq, size,
        fmt::format("the file ends at byte {}, but that record, which was read before, ended at byte "
                    "{}: records were cut off",
                    size, known.offset)));
  }
  return expect_record(fd_.get(), file_, known);
}

Status FileLedger::read_first_record(std::uint64_t size) {
  // It is far shorter than this; what is not read does not cost.
  constexpr std::uint64_t k_first_bytes = 4096;
  ChainReader reader(fd_.get(), file_, Head{}, std::min(size, k_first_bytes));
  TRY_ASSIGN(const Record* const first, reader.next());
  if (first == nullptr) return {};
  TRY_ASSIGN(id_, ledger_id(*first, file_));
  return {};
}

Status FileLedger::mend_tail(const TailReport& tail, OpenReport& report) {
  if (tail.kind == Tail::none) return {};
  if (mode_ == Mode::read_only) {
    report.torn_bytes = tail.bytes.size();
    return {};
  }
  if (tail.kind == Tail::torn) {
    // Nothing is thrown away, not even what was never acknowledged.
    const std::string name = fmt::format("ledger.torn-{}", head_.seq + 1);
    fs::path aside = folder_ / name;
    for (int n = 2; fs::exists(aside); ++n) aside = folder_ / fmt::format("{}.{}", name, n);
    TRY(write_file(aside, tail.bytes, Durability::fsynced), "moving an unfinished record aside");
    report.torn_bytes = tail.bytes.size();
    report.torn_file = aside;
  }
  // Whole records stay, zeros behind a record that lacks its newline go.
  if (::ftruncate(fd_.get(), static_cast<off_t>(head_.offset + tail.size)) != 0) {
    return fail(errno_error(errno, fmt::format("cannot cut an unfinished record off {}", file_.string())));
  }
  if (tail.kind == Tail::no_newline) {
    TRY(write_all(fd_.get(), "\n"), "writing {}", file_.string());
    head_ = Head{head_.seq + 1, head_.offset + tail.size + 1, tail.hash};
    report.completed = true;
  }
  return {};
}

Status FileLedger::write_first_record() {
  id_ = fmt::format("{:016x}{:016x}", entropy_seed(), entropy_seed());
  Json body = Json::object();
  body["format"] = k_ledger_version;
  body["id"] = id_;
  TRY(append("ledger", body));
  return sync_directory(folder_);
}

// Finds the last whole record behind `known`, and what stands behind it.
Status FileLedger::read_chain(const Head& known, TailReport& tail, std::uint64_t& size) {
  TRY_ASSIGN(size, ledger_size(fd_.get(), file_));
  TRY(check_known(known, size));
  TRY(read_first_record(size));
  ChainReader reader(fd_.get(), file_, known, size);
  while (true) {
    TRY_ASSIGN(const Record* const record, reader.next());
    if (record == nullptr) break;
  }
  head_ = reader.head();
  TRY_ASSIGN(tail, read_tail(fd_.get(), file_, head_, size));
  return {};
}

Status FileLedger::open(const Head& known, OpenReport& report) {
  TRY(open_file_and_lock(known));
  TailReport tail;
  std::uint64_t size = 0;
  Status read = read_chain(known, tail, size);
  // A writer whose disk is full cuts its half-written batch back and writes another one there: a reader that was in the
  // middle of it has seen neither. Damage stays, so it looks again.
  for (int look = 1; look < k_looks && mode_ == Mode::read_only && is_damage(read); ++look)
    read = read_chain(known, tail, size);
  TRY(std::move(read));
  TRY(mend_tail(tail, report));
  if (mode_ == Mode::read_only) return {};
  // A writer that was killed may have left whole records that are in memory only: they count from here on.
  if (size > known.offset) TRY(flush(fd_.get(), file_));
  if (head_.seq == 0) return write_first_record();
  if (id_.empty()) TRY(read_first_record(head_.offset));  // the first record was just completed
  return {};
}

// ---- appending

Result<Record> FileLedger::append(std::string_view type, const Json& body) {
  TRY(check_body(type, body));
  Pending mine;
  mine.entries.push_back(Entry{type, to_line(body), nullptr});
  TRY_ASSIGN(auto records, submit(mine));
  return std::move(records.front());
}

Result<std::vector<Record>> FileLedger::append_all(const std::vector<Draft>& drafts) {
  if (drafts.empty()) return std::vector<Record>();
  Pending mine;
  for (const Draft& draft : drafts) mine.entries.push_back(Entry{draft.type, {}, &draft});
  return submit(mine);
}

Result<std::vector<Record>> FileLedger::submit(Pending& mine) {
  if (mode_ != Mode::append) return fail(ErrorCode::internal, "the ledger is open for reading only");
  for (const Entry& entry : mine.entries) {
    if (!is_record_type(entry.type))
      return fail(ErrorCode::internal, "\"{}\" is no type of a record", entry.type);
  }
  mine.ts = iso8601(clock_.now());
  std::unique_lock hold(mutex_);
  queue_.push_back(&mine);
  written_.wait(hold, [&] { return mine.done || !leader_writes_; });
  if (mine.done) return std::move(mine.outcome);
  // Nobody writes: this caller leads, for all that wait now. Those that come meanwhile are the next batch.
  leader_writes_ = true;
  const std::vector<Pending*> batch = std::exchange(queue_, {});
  hold.unlock();
  commit(batch);
  hold.lock();
  for (Pending* pending : batch) pending->done = true;
  leader_writes_ = false;
  written_.notify_all();
  return std::move(mine.outcome);
}

// Only the leader is in here, so head_ and poison_ change nowhere else; the mutex is for those who read them.
void FileLedger::commit(const std::vector<Pending*>& batch) {
  if (poison_) {
    for (Pending* pending : batch) pending->outcome = fail(*poison_);
    return;
  }
  Head next = head_;
  std::string lines;
  std::vector<Pending*> made;
  for (Pending* pending : batch) {
    if (auto theirs = make_lines(*pending, next)) {
      lines += *theirs;
      made.push_back(pending);
    } else {
      pending->outcome = fail(std::move(theirs.error()));
    }
  }
  if (made.empty()) return;
  const Status written = write_lines(lines, head_.offset);
  if (written) {
    const std::lock_guard hold(mutex_);
    head_ = std::move(next);
    return;
  }
  while (!made.empty()) {
    undo(*made.back(), made.back()->entries.size());
    made.back()->outcome = fail(written.error());
    made.pop_back();
  }
}

Status FileLedger::write_lines(const std::string& lines, std::uint64_t offset) {
  TRY_ASSIGN(const std::uint64_t size, ledger_size(fd_.get(), file_));
  if (size != offset) {
    poison_ = ledger_damaged(
        file_, head_.seq + 1, std::min(size, offset),
        fmt::format("the file has {} bytes where {} were written: something else changed it", size, offset));
    return fail(*poison_);
  }
  crash_point("ledger.before_write");
  std::string_view rest = lines;
  if (crash_point_armed("ledger.half_written")) {
    const std::string_view half = rest.substr(0, rest.size() / 2);
    if (Status written = write_all(fd_.get(), half); !written)
      return cut_back(offset, std::move(written.error()));
    rest.remove_prefix(half.size());
    crash_point("ledger.half_written");
  }
  if (Status written = write_all(fd_.get(), rest); !written)
    return cut_back(offset, std::move(written.error()));
  crash_point("ledger.written");
  if (Status flushed = flush(fd_.get(), file_); !flushed) {
    // After a failed fsync the kernel forgets which pages are not on disk: asking again would answer "all well".
    poison_ = Error(ErrorCode::io,
                    fmt::format("what is on disk of the ledger is unknown since flushing it failed ({})",
                                flushed.error().message))
                  .at(file_.string())
                  .then("check the disk, then start leanlab again");
    return flushed;
  }
  crash_point("ledger.synced");
  return {};
}

Status FileLedger::cut_back(std::uint64_t offset, Error why) {
  if (::ftruncate(fd_.get(), static_cast<off_t>(offset)) != 0) {
    poison_ = errno_error(errno, fmt::format("cannot cut a half-written record off {}", file_.string()));
  }
  why.where = file_.string();
  if (why.code == ErrorCode::no_space) {
    why.next = fmt::format("free some space on the disk that holds {}, then run the same command again",
                           folder_.string());
  }
  why.context.emplace_back(
      "appending to the ledger (nothing of this record was kept, everything before it was)");
  return fail(std::move(why));
}

// ---- reading back

Status FileLedger::scan(const Head& from, const std::function<Status(const Record&)>& visit,
                        std::uint64_t most) const {
  std::uint64_t end = head().offset;
  if (mode_ == Mode::read_only) {
    TRY_ASSIGN(end, ledger_size(fd_.get(), file_));
  }
  if (from.offset > end) return check_known(from, end);
  ChainReader reader(fd_.get(), file_, from, end);
  for (; most > 0; --most) {
    TRY_ASSIGN(const Record* const record, reader.next());
    if (record == nullptr) return {};
    TRY(visit(*record));
  }
  return {};
}

Status FileLedger::expect(const Head& position) const {
  if (position.seq == 0) return {};
  TRY_ASSIGN(const std::uint64_t size, ledger_size(fd_.get(), file_));
  return check_known(position, size);
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& folder, Mode mode,
                                             const Head& known, const Clock& clock, OpenReport* report) {
  auto ledger = std::make_unique<FileLedger>(folder, mode, clock);
  OpenReport found;
  TRY(ledger->open(known, found), "opening the ledger in {}", folder.string());
  if (report != nullptr) *report = found;
  return ledger;
}

}  // namespace leanlab::store

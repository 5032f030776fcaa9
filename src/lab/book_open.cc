// Opening a book: the ledger against its anchors, the projections brought up to the ledger, foreign rows imported.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/log.h"
#include "base/strings.h"
#include "lab/book_rows.h"
#include "lab/file_book.h"
#include "lab/lost_state.h"

namespace leanlab::lab {

Status FileBook::open_index(BookReport& report) {
  const fs::path file = place_.state / k_database_file;
  const auto mode =
      mode_ == Mode::write ? store::Database::Mode::read_write : store::Database::Mode::read_only;
  auto opened = BookIndex::open(file, mode);
  if (!opened && opened.error().code == ErrorCode::integrity && mode_ == Mode::write) {
    // A projection: what is broken is set aside, and made anew from the ledger.
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::error_code ignored;
      fs::rename(fs::path(file.string() + suffix), fs::path(file.string() + ".damaged" + suffix), ignored);
    }
    report.notices.emplace_back("the database was damaged; it was set aside and made anew from the ledger");
    opened = BookIndex::open(file, mode);
  }
  TRY_ASSIGN(index_, std::move(opened));
  return {};
}

// What lay here before is told of, so that nobody takes a new ledger for the old one.
Status FileBook::note_lost_state(BookReport& report) {
  TRY_ASSIGN(const LostState lost, find_lost_state(place_, results_, clock_));
  if (!lost.was_there) return {};
  report.state_was_lost = true;
  report.notices.push_back(lost.line + "; a new ledger begins here");
  return anchorage_.retire("lost");
}

Status FileBook::open_ledger(BookReport& report) {
  const bool write = mode_ == Mode::write;
  std::error_code ignored;
  const bool fresh = !fs::exists(place_.state / store::k_ledger_file, ignored);
  if (write && fresh && index_->state().applied.seq == 0) TRY(note_lost_state(report));
  store::OpenReport opened;
  TRY_ASSIGN(ledger_, store::Ledger::open(
                          place_.state, write ? store::Ledger::Mode::append : store::Ledger::Mode::read_only,
                          index_->state().applied, clock_, &opened));
  if (!write) return {};
  if (!opened.torn_file.empty()) {
    report.notices.push_back(
        fmt::format("an unfinished record of {} was moved to {}: the write of a run that was cut off",
                    human_bytes(opened.torn_bytes), opened.torn_file.filename().string()));
  }
  if (!fresh) TRY(check_anchors());
  agrees_ = true;
  head_at_open_ = fresh ? 0 : ledger_->head().seq;
  anchored_ = head_at_open_;
  if (fresh) anchor();
  return {};
}

// A whole chain may still be another history than the one that was written here.
Status FileBook::check_anchors() {
  TRY_ASSIGN(const AnchorReport anchors, anchorage_.check(*ledger_), "comparing the ledger with its anchor");
  if (!anchors.holds) return fail(anchor_broken(place_, anchors));
  if (!anchors.anchored) anchor();
  return {};
}

// Every so often, and after what begins or ends something. The caller holds the lock or is the only one.
void FileBook::anchor() {
  const Status kept = anchorage_.keep(*ledger_);
  if (kept) anchored_ = ledger_->head().seq;
  if (!kept && !anchor_failed_)
    log_warning("the head of the ledger could not be anchored: {}", one_line(kept.error()));
  anchor_failed_ = !kept;
}

FileBook::~FileBook() {
  if (!agrees_ || !ledger_ || ledger_->head().seq == head_at_open_) return;
  if (anchored_ != ledger_->head().seq) anchor();
  if (const Status kept = anchorage_.keep_in_git(*ledger_); !kept)
    log_warning("the head of the ledger could not be anchored in git: {}", one_line(kept.error()));
}

Status FileBook::open(BookReport& report) {
  if (mode_ == Mode::write) TRY(make_directories(place_.state), "preparing the state of {}", place_.name);
  TRY(open_index(report));
  TRY(open_ledger(report));
  if (mode_ == Mode::read_only) return {};
  TRY(restore_results(report));
  TRY(follow());
  last_number_ = index_->state().last_number;
  best_ = index_->state().best;
  return import_foreign(report);
}

// Finds out which rows of results.jsonl the ledger knows, and writes it anew when rows are missing.
Status FileBook::restore_results(BookReport& report) {
  TRY(results_.mend());
  std::uint64_t accounted = index_->state().results_size;
  if (results_.size() < accounted) {
    report.notices.push_back(
        fmt::format("{} was shorter than what was written into it; it is made anew from the ledger",
                    results_.path().filename().string()));
    TRY(write_results(results_, *ledger_, place_.name, objective_.metric));
    TRY(index_->update([&](IndexState& next) -> Status {
      next.results_size = results_.size();
      return {};
    }));
    accounted = results_.size();
  }
  tail_ = ResultsTail(accounted, ledger_->id(), index_->state().applied.seq, ledger_->head().seq);
  return results_.scan(accounted, [&](ResultsLine& line) -> Status {
    tail_.add(std::move(line));
    return {};
  });
}

store::Draft FileBook::import_draft(const std::string& row, std::uint64_t& strays) {
  return {"imported", [this, &row, &strays](std::uint64_t) {
            Json body = Json::object();
            if (auto imported = import_row(row, place_.name, objective_)) {
              imported->number = ++last_number_;
              if (imported->verdict == Verdict::pending) {
                const bool better = !best_ || objective_.better(*imported->value, *best_);
                imported->verdict = better ? Verdict::accepted : Verdict::rejected;
                if (better) best_ = imported->value;
              }
              if (!imported->best_so_far) imported->best_so_far = best_;
              body = to_record(*imported);
            } else {
              ++strays;
            }
            // As it stands, so that a rebuilt file holds it unchanged; a line that is no row counts nowhere.
            body["row"] = row;
            return body;
          }};
}

Status FileBook::import_foreign(BookReport& report) {
  constexpr std::size_t k_batch = 1000;
  std::uint64_t imported = 0, strays = 0;
  for (auto rows = tail_.foreign(k_batch); !rows.empty(); rows = tail_.foreign(k_batch)) {
    const std::size_t before = tail_.foreign_count();
    std::vector<store::Draft> drafts;
    for (const std::string& row : rows) drafts.push_back(import_draft(row, strays));
    TRY(ledger_->append_all(drafts), "importing {}", results_.path().filename().string());
    TRY(follow());
    imported += rows.size();
    INVARIANT(tail_.foreign_count() + rows.size() == before);  // else they would be imported for ever
  }
  if (imported == 0) return {};
  const std::string file = results_.path().filename().string();
  report.imported = imported - strays;
  if (report.imported > 0)
    report.notices.push_back(fmt::format("{} of {} imported; they are marked as not verifiable",
                                         plural(report.imported, "row"), file));
  if (strays > 0)
    report.notices.push_back(fmt::format(
        "{} of {} hold no JSON object: kept as they are, and counted nowhere", plural(strays, "line"), file));
  return {};
}

Result<std::unique_ptr<Book>> Book::open(const Place& place, const Config& config, Mode mode,
                                         const Clock& clock, BookReport* report) {
  BookReport unused;
  BookReport& found = report != nullptr ? *report : unused;
  if (mode == Mode::read_only && !fs::exists(place.state / k_database_file))
    return open_rows_book(place, config);
  auto book = std::make_unique<FileBook>(place, config, mode, clock);
  TRY(book->open(found), "opening the book of {}", place.name);
  return book;
}

}  // namespace leanlab::lab

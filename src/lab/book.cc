// The book: writes go to the ledger, whose order decides numbers and verdicts; the projections then follow it.
#include "lab/book.h"

#include <mutex>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/fs.h"
#include "base/strings.h"
#include "lab/book_index.h"
#include "lab/book_memory.h"
#include "lab/results_file.h"
#include "store/ledger.h"

namespace leanlab::lab {

namespace {

using store::Draft;
using store::Ledger;
using store::Record;

class FileBook final : public Book {
 private:
  template <class Work>
  auto locked(Work work) const {
    const std::lock_guard lock(mutex_);
    return work();
  }

 public:
  FileBook(const Place& place, const Config& config, Mode mode, const Clock& clock)
      : place_(place),
        objective_(config.objective),
        mode_(mode),
        clock_(clock),
        results_(place.folder / config.results_file),
        blobs_(place.state / "blobs") {}

  Status open(BookReport& report);

  Result<Experiment> propose(const Proposal& proposal) override;
  Status repair(std::uint64_t number, const std::string& sha256, const std::string& last_error) override;
  Result<Experiment> record(Experiment judged) override;
  Status record_refusal(const Refusal& refusal, const std::string& agent) override;
  Status record_event(std::string_view type, const Json& body) override {
    return append(Draft{std::string(type), [&](std::uint64_t) { return body; }});
  }

  void on_judged(std::function<void(const Experiment&)> observer) override {
    const std::lock_guard lock(mutex_);
    on_judged_ = std::move(observer);
  }

  std::uint64_t last_number() const override {
    return locked([&] { return index_->state().last_number; });
  }
  std::uint64_t count() const override {
    return locked([&] { return index_->state().count; });
  }
  std::uint64_t proposals() const override {
    return locked([&] { return index_->state().proposals; });
  }
  std::optional<double> best() const override {
    return locked([&] { return index_->state().best; });
  }
  Result<std::optional<Experiment>> champion() const override {
    return locked([&] { return one(index_->champion()); });
  }
  Result<std::optional<Experiment>> find(std::uint64_t number) const override {
    return locked([&] { return one(index_->find(number)); });
  }
  Result<std::optional<Experiment>> find_file(const std::string& file) const override {
    return locked([&] { return one(index_->find_file(file)); });
  }
  Result<std::optional<Experiment>> find_hash(const std::string& sha256) const override {
    return locked([&] { return one(index_->find_hash(sha256)); });
  }
  Result<std::vector<Experiment>> query(const Query& query) const override {
    return locked([&] { return many(index_->query(query, objective_.direction)); });
  }
  Result<std::vector<Experiment>> pending() const override {
    return locked([&] { return many(index_->pending()); });
  }
  Result<std::vector<double>> best_history(std::size_t most) const override {
    return locked([&] { return index_->best_history(most); });
  }
  Result<std::vector<Refusal>> refusals(std::size_t most) const override {
    return locked([&] { return index_->refusals(most); });
  }
  const store::Blobs& blobs() const override { return blobs_; }

 private:
  Status open_index(BookReport& report);
  Status restore_results(BookReport& report);
  Status import_foreign(BookReport& report);
  Draft import_draft(const std::string& row);
  Status append(Draft draft);
  Status follow();
  Status follow_batch();
  Result<Experiment> load(const IndexRow& row) const;
  Result<std::optional<Experiment>> one(Result<std::optional<IndexRow>> row) const;
  Result<std::vector<Experiment>> many(Result<std::vector<IndexRow>> rows) const;

  const Place place_;
  const Objective objective_;
  const Mode mode_;
  const Clock& clock_;
  const ResultsFile results_;
  const store::Blobs blobs_;
  std::unique_ptr<Ledger> ledger_;

  // What the ledger's order decides. Touched only while the ledger makes a record's body, one at a time.
  std::uint64_t last_number_ = 0;
  std::optional<double> best_;

  mutable std::mutex mutex_;  // guards what follows
  std::unique_ptr<BookIndex> index_;
  ResultsTail tail_;
  std::function<void(const Experiment&)> on_judged_;
};

// ---- opening

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

Status FileBook::open(BookReport& report) {
  const bool write = mode_ == Mode::write;
  if (write) TRY(make_directories(place_.state), "preparing the state of {}", place_.name);
  TRY(open_index(report));
  store::OpenReport opened;
  TRY_ASSIGN(ledger_, Ledger::open(place_.state, write ? Ledger::Mode::append : Ledger::Mode::read_only,
                                   index_->state().applied, clock_, &opened));
  if (!write) return {};
  if (!opened.torn_file.empty()) {
    report.notices.push_back(
        fmt::format("an unfinished record of {} was moved to {}: the write of a run that was cut off",
                    human_bytes(opened.torn_bytes), opened.torn_file.filename().string()));
  }
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
  TRY_ASSIGN(auto lines, results_.read(accounted));
  tail_ = ResultsTail(std::move(lines), accounted, ledger_->id(), index_->state().applied.seq,
                      ledger_->head().seq);
  return {};
}

Draft FileBook::import_draft(const std::string& row) {
  return {"imported", [this, &row](std::uint64_t) {
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
            }
            // As it stands, so that a rebuilt file holds it unchanged; a line that is no row counts nowhere.
            body["row"] = row;
            return body;
          }};
}

Status FileBook::import_foreign(BookReport& report) {
  const std::vector<std::string> rows = tail_.foreign();
  if (rows.empty()) return {};
  constexpr std::size_t k_batch = 1000;
  for (std::size_t start = 0; start < rows.size(); start += k_batch) {
    std::vector<Draft> drafts;
    for (std::size_t i = start; i < std::min(start + k_batch, rows.size()); ++i)
      drafts.push_back(import_draft(rows[i]));
    TRY(ledger_->append_all(drafts), "importing {}", results_.path().filename().string());
    TRY(follow());
  }
  report.imported = rows.size();
  report.notices.push_back(fmt::format("{} of {} imported; they are marked as not verifiable",
                                       plural(rows.size(), "row"), results_.path().filename().string()));
  return {};
}

// ---- writing

Status FileBook::append(Draft draft) {
  // What a record decided is taken back when the disk refuses it: the next one counts on from what is in the ledger.
  std::pair<std::uint64_t, std::optional<double>> before;
  draft.body = [this, &before, make = std::move(draft.body)](std::uint64_t seq) {
    before = {last_number_, best_};
    return make(seq);
  };
  draft.undo = [this, &before] { std::tie(last_number_, best_) = before; };
  TRY(ledger_->append_all({std::move(draft)}));
  return follow();
}

Result<Experiment> FileBook::propose(const Proposal& proposal) {
  Experiment experiment;
  experiment.lab = place_.name;
  experiment.file = proposal.file;
  experiment.sha256 = proposal.sha256;
  experiment.notes = proposal.notes;
  experiment.parent = proposal.parent;
  experiment.agent = proposal.agent;
  experiment.origin = proposal.origin;
  experiment.cost_usd = proposal.cost_usd;
  experiment.tokens = proposal.tokens;
  experiment.turn_seconds = proposal.turn_seconds;
  experiment.transcript = proposal.transcript;
  TRY(append(Draft{"proposed",
                   [&](std::uint64_t seq) {
                     experiment.number = ++last_number_;
                     experiment.seq = seq;
                     experiment.ts = iso8601(clock_.now());
                     Json body = to_record(experiment);
                     body["driver"] = proposal.driver;
                     return body;
                   }}),
      "taking in {}", proposal.file);
  return experiment;
}

Status FileBook::repair(std::uint64_t number, const std::string& sha256, const std::string& last_error) {
  return append(Draft{"repaired", [&](std::uint64_t) {
                        return Json{{"number", number}, {"sha256", sha256}, {"error", last_error}};
                      }});
}

Result<Experiment> FileBook::record(Experiment judged) {
  TRY(append(Draft{"judged",
                   [&](std::uint64_t seq) {
                     judged.seq = seq;
                     if (judged.verdict == Verdict::pending) {
                       INVARIANT(judged.value.has_value());
                       const bool better = !best_ || objective_.better(*judged.value, *best_);
                       judged.verdict = better ? Verdict::accepted : Verdict::rejected;
                       if (better) best_ = judged.value;
                     }
                     judged.best_so_far = best_;
                     const UtcTime now = clock_.now();
                     judged.ts = iso8601(now);
                     judged.tag = month_day_tag(now);
                     return to_record(judged);
                   }}),
      "recording {}", judged.id());
  return judged;
}

Status FileBook::record_refusal(const Refusal& refusal, const std::string& agent) {
  return append(Draft{"refused", [&](std::uint64_t) {
                        return Json{{"file", refusal.file}, {"reason", refusal.reason}, {"agent", agent}};
                      }});
}

// ---- following the ledger: one code path for a running book, a restart and a rebuild

Status FileBook::follow() {
  const std::lock_guard lock(mutex_);
  while (index_->state().applied.seq < ledger_->head().seq)
    TRY(follow_batch(), "following the ledger of {}", place_.name);
  return {};
}

Status FileBook::follow_batch() {
  constexpr std::size_t k_batch = 500;
  std::vector<std::pair<Record, Json>> batch;
  std::vector<std::string> rows;
  store::Head applied = index_->state().applied;
  TRY(ledger_->scan(
      applied,
      [&](const Record& record) -> Status {
        TRY_ASSIGN(Json whole, parse_json(record.text, "ledger.jsonl"));
        Json body = std::move(whole["body"]);
        if (auto row = row_of(record, body, ledger_->id(), place_.name, objective_.metric)) {
          const bool stands_there = record.type == "imported" ? tail_.take(*row) : tail_.take(record.seq);
          if (!stands_there) rows.push_back(std::move(*row));
        }
        applied = {record.seq, record.offset + record.size, record.hash};
        batch.emplace_back(record, std::move(body));
        return {};
      },
      k_batch));
  // Rows that somebody else added since are left for the next opening to find: the accounted part stops before them.
  const bool all_ours = results_.size() == std::max(index_->state().results_size, tail_.accounted());
  TRY(results_.append(rows));
  if (all_ours && !rows.empty()) tail_.added(results_.size());
  crash_point("book.results_written");
  TRY(index_->update([&](IndexState& next) -> Status {
    for (const auto& [record, body] : batch) TRY(index_->apply(record, body, place_.name, next));
    next.applied = applied;
    next.results_size = std::max(next.results_size, tail_.accounted());
    return {};
  }));
  crash_point("book.indexed");
  if (!on_judged_) return {};
  for (const auto& [record, body] : batch) {
    if (record.type != "judged") continue;
    TRY_ASSIGN(Experiment experiment, from_record(body, place_.name));
    experiment.seq = record.seq;
    on_judged_(experiment);
  }
  return {};
}

// ---- reading

Result<Experiment> FileBook::load(const IndexRow& row) const {
  TRY_ASSIGN(const Record record, ledger_->read(row.offset, row.size));
  TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
  TRY_ASSIGN(Experiment experiment, from_record(whole["body"], place_.name));
  experiment.seq = record.seq;
  if (experiment.verdict == Verdict::pending) {
    experiment.sha256 = row.sha256;  // a repair may have replaced what was proposed
    experiment.fixes = row.fixes;
  }
  return experiment;
}

Result<std::optional<Experiment>> FileBook::one(Result<std::optional<IndexRow>> row) const {
  if (!row) return tl::unexpected<Error>(std::move(row.error()));
  if (!*row) return std::optional<Experiment>();
  TRY_ASSIGN(Experiment experiment, load(**row));
  return std::optional<Experiment>(std::move(experiment));
}

Result<std::vector<Experiment>> FileBook::many(Result<std::vector<IndexRow>> rows) const {
  if (!rows) return tl::unexpected<Error>(std::move(rows.error()));
  std::vector<Experiment> experiments;
  experiments.reserve(rows->size());
  for (const IndexRow& row : *rows) {
    TRY_ASSIGN(Experiment experiment, load(row));
    experiments.push_back(std::move(experiment));
  }
  return experiments;
}

}  // namespace

Result<std::unique_ptr<Book>> Book::open(const Place& place, const Config& config, Mode mode,
                                         const Clock& clock, BookReport* report) {
  BookReport unused;
  BookReport& found = report != nullptr ? *report : unused;
  if (mode == Mode::read_only && !fs::exists(place.state / k_database_file))
    return open_memory_book(place, config);
  auto book = std::make_unique<FileBook>(place, config, mode, clock);
  TRY(book->open(found), "opening the book of {}", place.name);
  return book;
}

}  // namespace leanlab::lab

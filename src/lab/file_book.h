// FileBook: the book of a lab that has state: ledger, database, results.jsonl, anchors. Only book*.cc include this.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/anchorage.h"
#include "lab/book.h"
#include "lab/book_index.h"
#include "lab/results_file.h"
#include "store/ledger.h"

namespace leanlab::lab {

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
        blobs_(place.state / "blobs"),
        anchorage_(place, clock) {}
  ~FileBook() override;
  FileBook(const FileBook&) = delete;
  FileBook& operator=(const FileBook&) = delete;

  Status open(BookReport& report);

  Result<Experiment> propose(const Proposal& proposal) override;
  Status repair(std::uint64_t number, const std::string& sha256, const std::string& last_error) override;
  Result<Experiment> record(Experiment judged) override;
  Result<Experiment> record_rescored_champion(Experiment rescored, const std::string& driver) override;
  Status record_refusal(const Refusal& refusal, const std::string& agent) override;
  Status record_event(std::string_view type, const Json& body) override;

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
  RecordedSeal seal() const override {
    return locked([&] { return index_->state().seal; });
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
  Status open_ledger(BookReport& report);
  Status note_lost_state(BookReport& report);
  Status check_anchors();
  void anchor();
  Status restore_results(BookReport& report);
  Status import_foreign(BookReport& report);
  store::Draft import_draft(const std::string& row, std::uint64_t& strays);
  Status append(store::Draft draft);
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
  const Anchorage anchorage_;
  std::unique_ptr<store::Ledger> ledger_;

  // What the ledger's order decides. Touched only while the ledger makes a record's body, one at a time.
  std::uint64_t last_number_ = 0;
  std::optional<double> best_;

  mutable std::mutex mutex_;  // guards what follows
  std::unique_ptr<BookIndex> index_;
  ResultsTail tail_;
  std::function<void(const Experiment&)> on_judged_;
  bool agrees_ = false;  // with its anchors, so that it may be anchored anew
  std::uint64_t head_at_open_ = 0;
  std::uint64_t anchored_ = 0;  // the last record that was anchored
  bool anchor_failed_ = false;  // and people were told
};

}  // namespace leanlab::lab

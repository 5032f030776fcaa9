// The book of a lab without state: rows of results.jsonl, kept in memory.
#include "lab/book_memory.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "lab/results_file.h"

namespace leanlab::lab {

namespace {

class MemoryBook final : public Book {
 public:
  MemoryBook(Objective objective, store::Blobs blobs)
      : objective_(std::move(objective)), blobs_(std::move(blobs)) {}

  void add(Experiment experiment) {
    experiment.number = rows_.size() + 1;
    if (experiment.verdict == Verdict::pending) {
      const bool better = !best_ || objective_.better(*experiment.value, *best_);
      experiment.verdict = better ? Verdict::accepted : Verdict::rejected;
      if (better) best_ = experiment.value;
    }
    if (!experiment.best_so_far) experiment.best_so_far = best_;
    rows_.push_back(std::move(experiment));
  }

  Result<Experiment> propose(const Proposal&) override { return read_only(); }
  Status repair(std::uint64_t, const std::string&, const std::string&) override { return read_only(); }
  Result<Experiment> record(Experiment) override { return read_only(); }
  Result<Experiment> record_rescored_champion(Experiment, const std::string&) override { return read_only(); }
  Status record_refusal(const Refusal&, const std::string&) override { return read_only(); }
  Status record_event(std::string_view, const Json&) override { return read_only(); }

  void on_judged(std::function<void(const Experiment&)>) override {}
  std::uint64_t last_number() const override { return rows_.size(); }
  std::uint64_t count() const override { return rows_.size(); }
  std::uint64_t proposals() const override { return 0; }
  std::optional<double> best() const override { return best_; }
  std::string seal() const override { return {}; }
  Result<std::optional<Experiment>> champion() const override {
    return last([&](const Experiment& row) { return row.verdict == Verdict::accepted; });
  }
  Result<std::optional<Experiment>> find(std::uint64_t number) const override {
    return last([&](const Experiment& row) { return row.number == number; });
  }
  Result<std::optional<Experiment>> find_file(const std::string& file) const override {
    return last([&](const Experiment& row) { return row.file == file; });
  }
  Result<std::optional<Experiment>> find_hash(const std::string& sha256) const override {
    return last([&](const Experiment& row) { return row.sha256 == sha256; });
  }
  Result<std::vector<Experiment>> query(const Query& query) const override;
  Result<std::vector<Experiment>> pending() const override { return std::vector<Experiment>(); }
  Result<std::vector<double>> best_history(std::size_t most) const override;
  Result<std::vector<Refusal>> refusals(std::size_t) const override { return std::vector<Refusal>(); }
  const store::Blobs& blobs() const override { return blobs_; }

 private:
  static tl::unexpected<Error> read_only() {
    return fail(ErrorCode::internal, "this book is open for reading only");
  }
  template <class Wanted>
  std::optional<Experiment> last(Wanted wanted) const {
    const auto found = std::find_if(rows_.rbegin(), rows_.rend(), wanted);
    return found == rows_.rend() ? std::nullopt : std::optional<Experiment>(*found);
  }

  Objective objective_;
  store::Blobs blobs_;
  std::vector<Experiment> rows_;
  std::optional<double> best_;
};

Result<std::vector<Experiment>> MemoryBook::query(const Query& query) const {
  std::vector<Experiment> found;
  std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(found), [&](const Experiment& row) {
    return row.number > query.after && (query.order != Query::Order::best || row.value);
  });
  if (query.order == Query::Order::newest) std::reverse(found.begin(), found.end());
  if (query.order == Query::Order::best) {
    std::stable_sort(found.begin(), found.end(), [&](const Experiment& a, const Experiment& b) {
      return objective_.better(*a.value, *b.value);
    });
  }
  if (found.size() > query.limit) found.resize(query.limit);
  return found;
}

Result<std::vector<double>> MemoryBook::best_history(std::size_t most) const {
  std::vector<double> values;
  for (const Experiment& row : rows_) {
    if (row.best_so_far) values.push_back(*row.best_so_far);
  }
  if (values.size() > most) values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(most));
  return values;
}

}  // namespace

Result<std::unique_ptr<Book>> open_memory_book(const Place& place, const Config& config) {
  auto book = std::make_unique<MemoryBook>(config.objective, store::Blobs(place.state / "blobs"));
  TRY(ResultsFile(place.folder / config.results_file).scan(0, [&](ResultsLine& line) -> Status {
    if (auto experiment = import_row(line.text, place.name, config.objective))
      book->add(std::move(*experiment));
    return {};
  }));
  return book;
}

}  // namespace leanlab::lab

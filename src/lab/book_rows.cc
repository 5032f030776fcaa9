// The book of a lab without state. Rows stay in results.jsonl: of each block of them is known where it begins, what was best
// before it and what is best in it, so that a question reads the few blocks that it is about.
#include "lab/book_rows.h"

#include <algorithm>

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/parallel.h"
#include "base/strings.h"
#include "lab/results_file.h"
#include "lab/row_glance.h"

namespace leanlab::lab {

namespace {

constexpr std::uint64_t k_rows_in_block = 1000;

struct Block {
  std::uint64_t begin = 0;  // offset in the file
  std::optional<double> best_before;
  std::optional<double> top;  // the best value in it
};

struct PlacedRow {
  std::uint64_t number = 0;
  std::string_view text;
  RowGlance glance;
  Verdict verdict = Verdict::invalid;
  std::optional<double> best;  // after it
};

struct Ranked {
  double value = 0;
  std::uint64_t number = 0;
};

class RowsBook final : public Book {
 public:
  RowsBook(std::string lab, Objective objective, store::Blobs blobs)
      : lab_(std::move(lab)), objective_(std::move(objective)), blobs_(std::move(blobs)) {}

  Status read(const fs::path& path);

  Result<Experiment> propose(const Proposal&) override { return read_only(); }
  Status repair(std::uint64_t, const std::string&, const std::string&) override { return read_only(); }
  Result<Experiment> record(Experiment) override { return read_only(); }
  Result<Experiment> record_rescored_champion(Experiment, const std::string&) override { return read_only(); }
  Status record_refusal(const Refusal&, const std::string&) override { return read_only(); }
  Status record_event(std::string_view, const Json&) override { return read_only(); }

  void on_judged(std::function<void(const Experiment&)>) override {}
  std::uint64_t last_number() const override { return count_; }
  std::uint64_t count() const override { return count_; }
  std::uint64_t proposals() const override { return 0; }
  std::optional<double> best() const override { return best_; }
  RecordedSeal seal() const override { return {}; }
  Result<std::optional<Experiment>> champion() const override { return find(champion_); }
  Result<std::optional<Experiment>> find(std::uint64_t number) const override;
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
  Status take(std::span<const FileLine> lines);
  /// A row's place in the order of all, and what is best from then on.
  PlacedRow placed(std::string_view text, const RowGlance& glance, std::uint64_t number,
                   std::optional<double>& best) const;
  Result<Experiment> whole(const PlacedRow& row) const;

  static std::uint64_t first_number(std::size_t block) { return block * k_rows_in_block + 1; }
  /// `rows` are those of the block, and `text` holds them.
  Result<std::vector<PlacedRow>> rows_of(std::size_t block, std::string& text) const;
  template <class Wanted>
  Result<std::optional<Experiment>> last(Wanted wanted) const;
  Result<std::vector<Experiment>> from_number(const Query& query) const;
  Result<std::vector<Experiment>> newest(const Query& query) const;
  Result<std::vector<Experiment>> best_of(const Query& query) const;
  [[nodiscard]] bool ranks_before(const Ranked& a, const Ranked& b) const {
    return objective_.better(a.value, b.value) || (a.value == b.value && a.number < b.number);
  }

  const std::string lab_;
  const Objective objective_;
  const store::Blobs blobs_;
  // Open all the while: a file that takes its place meanwhile is another one.
  Fd file_;
  fs::path path_;
  std::vector<Block> blocks_;
  std::uint64_t end_ = 0;  // what was appended since opening counts the next time
  std::uint64_t count_ = 0;
  std::uint64_t champion_ = 0;
  std::optional<double> best_;
};

Status RowsBook::read(const fs::path& path) {
  path_ = path;
  if (!fs::exists(path_)) return {};
  TRY_ASSIGN(file_, open_file(path_, O_RDONLY));
  return scan_lines(file_, path_, 0, [&](std::span<const FileLine> lines) { return take(lines); });
}

Status RowsBook::take(std::span<const FileLine> lines) {
  std::vector<RowGlance> glances(lines.size());
  in_parallel(lines.size(), [&](std::size_t i) { glances[i] = glance_at_row(lines[i].text, objective_); });
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (glances[i].is_row) {
      if (count_ % k_rows_in_block == 0) blocks_.push_back({end_, best_, {}});
      const PlacedRow row = placed(lines[i].text, glances[i], ++count_, best_);
      if (row.verdict == Verdict::accepted) champion_ = row.number;
      std::optional<double>& top = blocks_.back().top;
      const std::optional<double>& value = row.glance.value;
      if (value && (!top || objective_.better(*value, *top))) top = value;
    }
    end_ = lines[i].end;
  }
  return {};
}

PlacedRow RowsBook::placed(std::string_view text, const RowGlance& glance, std::uint64_t number,
                           std::optional<double>& best) const {
  PlacedRow row{number, text, glance, Verdict::invalid, {}};
  if (glance.value) {
    const bool better = !best || objective_.better(*glance.value, *best);
    row.verdict = better ? Verdict::accepted : Verdict::rejected;
    if (better) best = glance.value;
  }
  row.best = glance.best_so_far ? glance.best_so_far : best;
  return row;
}

Result<Experiment> RowsBook::whole(const PlacedRow& row) const {
  TRY_ASSIGN(Experiment experiment, import_row(repair_utf8(trim(row.text)), lab_, objective_));
  experiment.number = row.number;
  experiment.verdict = row.verdict;
  experiment.best_so_far = row.best;
  return experiment;
}

Result<std::vector<PlacedRow>> RowsBook::rows_of(std::size_t block, std::string& text) const {
  const std::uint64_t begin = blocks_[block].begin;
  const std::uint64_t end = block + 1 < blocks_.size() ? blocks_[block + 1].begin : end_;
  TRY_ASSIGN(text, read_at(file_.get(), begin, end - begin), "reading {}", path_.string());
  std::vector<PlacedRow> rows;
  std::optional<double> best = blocks_[block].best_before;
  for (std::size_t at = 0; at < text.size() && rows.size() < k_rows_in_block;) {
    const std::size_t newline = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, newline - at);
    at = newline + 1;
    const RowGlance glance = glance_at_row(line, objective_);
    if (glance.is_row) rows.push_back(placed(line, glance, first_number(block) + rows.size(), best));
  }
  return rows;
}

Result<std::optional<Experiment>> RowsBook::find(std::uint64_t number) const {
  if (number == 0 || number > count_) return std::nullopt;
  std::string text;
  TRY_ASSIGN(const auto rows, rows_of((number - 1) / k_rows_in_block, text));
  const std::size_t index = (number - 1) % k_rows_in_block;
  if (index >= rows.size()) return std::nullopt;  // somebody wrote into what was read
  TRY_ASSIGN(Experiment found, whole(rows[index]));
  return found;
}

template <class Wanted>
Result<std::optional<Experiment>> RowsBook::last(Wanted wanted) const {
  std::string text;
  for (std::size_t block = blocks_.size(); block-- > 0;) {
    TRY_ASSIGN(auto rows, rows_of(block, text));
    for (; !rows.empty(); rows.pop_back()) {
      TRY_ASSIGN(Experiment experiment, whole(rows.back()));
      if (wanted(experiment)) return experiment;
    }
  }
  return std::nullopt;
}

Result<std::vector<Experiment>> RowsBook::query(const Query& query) const {
  if (query.limit == 0 || query.after >= count_) return std::vector<Experiment>();
  switch (query.order) {
    case Query::Order::number:
      return from_number(query);
    case Query::Order::newest:
      return newest(query);
    case Query::Order::best:
      return best_of(query);
  }
  return std::vector<Experiment>();
}

Result<std::vector<Experiment>> RowsBook::from_number(const Query& query) const {
  std::vector<Experiment> found;
  std::string text;
  for (std::size_t block = query.after / k_rows_in_block; block < blocks_.size(); ++block) {
    TRY_ASSIGN(const auto rows, rows_of(block, text));
    for (const PlacedRow& row : rows) {
      if (row.number <= query.after) continue;
      TRY_ASSIGN(Experiment experiment, whole(row));
      found.push_back(std::move(experiment));
      if (found.size() == query.limit) return found;
    }
  }
  return found;
}

Result<std::vector<Experiment>> RowsBook::newest(const Query& query) const {
  Query last = query;
  if (count_ > query.limit) last.after = std::max(query.after, count_ - query.limit);
  TRY_ASSIGN(auto found, from_number(last));
  std::reverse(found.begin(), found.end());
  return found;
}

// Blocks are looked at by the best that is in them, until what was found is better than all that the others hold.
Result<std::vector<Experiment>> RowsBook::best_of(const Query& query) const {
  const auto before = [&](const Ranked& a, const Ranked& b) { return ranks_before(a, b); };
  std::vector<Ranked> blocks;
  for (std::size_t block = 0; block < blocks_.size(); ++block)
    if (blocks_[block].top) blocks.push_back({*blocks_[block].top, first_number(block)});
  std::sort(blocks.begin(), blocks.end(), before);
  std::vector<Ranked> ranked;
  std::string text;
  for (const Ranked& next : blocks) {
    if (ranked.size() == query.limit && before(ranked.back(), next)) break;
    const auto known = static_cast<std::ptrdiff_t>(ranked.size());
    TRY_ASSIGN(const auto rows, rows_of((next.number - 1) / k_rows_in_block, text));
    for (const PlacedRow& row : rows)
      if (row.glance.value && row.number > query.after) ranked.push_back({*row.glance.value, row.number});
    std::sort(ranked.begin() + known, ranked.end(), before);
    std::inplace_merge(ranked.begin(), ranked.begin() + known, ranked.end(), before);
    if (ranked.size() > query.limit) ranked.resize(query.limit);
  }
  // By number, so that no block is read twice.
  std::sort(ranked.begin(), ranked.end(),
            [](const Ranked& a, const Ranked& b) { return a.number < b.number; });
  std::vector<Experiment> found;
  for (auto at = ranked.begin(); at != ranked.end();) {
    const std::size_t block = (at->number - 1) / k_rows_in_block;
    TRY_ASSIGN(const auto rows, rows_of(block, text));
    for (; at != ranked.end() && (at->number - 1) / k_rows_in_block == block; ++at) {
      const std::size_t index = (at->number - 1) % k_rows_in_block;
      if (index >= rows.size() || !rows[index].glance.value) continue;  // somebody wrote into what was read
      TRY_ASSIGN(Experiment experiment, whole(rows[index]));
      found.push_back(std::move(experiment));
    }
  }
  std::stable_sort(found.begin(), found.end(), [&](const Experiment& a, const Experiment& b) {
    return objective_.better(*a.value, *b.value);
  });
  return found;
}

Result<std::vector<double>> RowsBook::best_history(std::size_t most) const {
  std::vector<double> values;
  std::string text;
  for (std::size_t block = blocks_.size(); block-- > 0 && values.size() < most;) {
    TRY_ASSIGN(const auto rows, rows_of(block, text));
    for (auto row = rows.rbegin(); row != rows.rend() && values.size() < most; ++row)
      if (row->best) values.push_back(*row->best);
  }
  std::reverse(values.begin(), values.end());
  return values;
}

}  // namespace

Result<std::unique_ptr<Book>> open_rows_book(const Place& place, const Config& config) {
  auto book = std::make_unique<RowsBook>(place.name, config.objective, store::Blobs(place.state / "blobs"));
  TRY(book->read(place.folder / config.results_file));
  return book;
}

}  // namespace leanlab::lab

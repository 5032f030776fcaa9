// The book's tables and the statements on them.
#include "lab/book_index.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace leanlab::lab {

namespace {

constexpr int k_schema_version = 2;
// `best` ranks by value only among what counts; the partial indexes keep every query of the loop O(log n).
constexpr const char* k_schema = R"sql(
CREATE TABLE IF NOT EXISTS state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL, offset INTEGER NOT NULL, hash TEXT NOT NULL,
  results_size INTEGER NOT NULL, count INTEGER NOT NULL, last_number INTEGER NOT NULL,
  proposals INTEGER NOT NULL, best REAL, seal TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS experiments (
  number INTEGER PRIMARY KEY,
  offset INTEGER NOT NULL, size INTEGER NOT NULL,
  verdict TEXT NOT NULL, value REAL, best_so_far REAL,
  file TEXT NOT NULL, sha256 TEXT NOT NULL, fixes INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS by_value ON experiments (value, number) WHERE verdict IN ('accepted', 'rejected', 'undecided');
CREATE INDEX IF NOT EXISTS accepted ON experiments (number) WHERE verdict = 'accepted';
CREATE INDEX IF NOT EXISTS pending ON experiments (number) WHERE verdict = 'pending';
CREATE INDEX IF NOT EXISTS by_file ON experiments (file);
CREATE INDEX IF NOT EXISTS by_hash ON experiments (sha256);
CREATE TABLE IF NOT EXISTS refusals (seq INTEGER PRIMARY KEY, file TEXT NOT NULL, reason TEXT NOT NULL);
)sql";
constexpr const char* k_row = "SELECT number, offset, size, sha256, fixes FROM experiments ";

// In one column: the id, and behind a space the manifest's hash where the ledger has one.
std::string text_of(const RecordedSeal& seal) {
  return seal.manifest.empty() ? seal.id : seal.id + " " + seal.manifest;
}
RecordedSeal seal_of(const std::string& text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  return {text.substr(0, space), text.substr(std::min(space + 1, text.size()))};
}

std::int64_t as_integer(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

IndexRow read_row(const store::Statement& statement) {
  return {static_cast<std::uint64_t>(statement.integer(0)), static_cast<std::uint64_t>(statement.integer(1)),
          static_cast<std::uint64_t>(statement.integer(2)), statement.text(3),
          static_cast<std::uint32_t>(statement.integer(4))};
}

Result<std::vector<IndexRow>> read_rows(store::Statement statement) {
  std::vector<IndexRow> rows;
  while (true) {
    TRY_ASSIGN(const bool more, statement.step());
    if (!more) return rows;
    rows.push_back(read_row(statement));
  }
}

}  // namespace

Result<std::unique_ptr<BookIndex>> BookIndex::open(const std::filesystem::path& file,
                                                   store::Database::Mode mode) {
  TRY_ASSIGN(auto database, store::Database::open(file, mode, k_schema, k_schema_version));
  std::unique_ptr<BookIndex> index(new BookIndex(std::move(database)));
  TRY(index->load_state());
  return index;
}

Status BookIndex::load_state() {
  TRY_ASSIGN(
      auto select,
      database_->prepare("SELECT seq, offset, hash, results_size, count, last_number, proposals, best, seal "
                         "FROM state"));
  TRY_ASSIGN(const bool found, select.step());
  if (!found) {
    state_.applied.hash = std::string(64, '0');
    return {};
  }
  state_.applied = {static_cast<std::uint64_t>(select.integer(0)),
                    static_cast<std::uint64_t>(select.integer(1)), select.text(2)};
  state_.results_size = static_cast<std::uint64_t>(select.integer(3));
  state_.count = static_cast<std::uint64_t>(select.integer(4));
  state_.last_number = static_cast<std::uint64_t>(select.integer(5));
  state_.proposals = static_cast<std::uint64_t>(select.integer(6));
  state_.best = select.optional_real(7);
  state_.seal = seal_of(select.text(8));
  return {};
}

Status BookIndex::update(const std::function<Status(IndexState&)>& work) {
  IndexState next = state_;
  TRY(database_->transaction([&]() -> Status {
    TRY(work(next));
    TRY_ASSIGN(auto replace,
               database_->prepare("INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    replace.bind(1, as_integer(next.applied.seq))
        .bind(2, as_integer(next.applied.offset))
        .bind(3, next.applied.hash);
    replace.bind(4, as_integer(next.results_size))
        .bind(5, as_integer(next.count))
        .bind(6, as_integer(next.last_number));
    const std::string seal = text_of(next.seal);
    replace.bind(7, as_integer(next.proposals)).bind(8, next.best).bind(9, std::string_view(seal));
    return replace.run();
  }));
  state_ = std::move(next);
  return {};
}

Status BookIndex::put(const Experiment& experiment, const store::Record& record) {
  TRY_ASSIGN(auto insert,
             database_->prepare("INSERT OR REPLACE INTO experiments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.bind(1, as_integer(experiment.number))
      .bind(2, as_integer(record.offset))
      .bind(3, as_integer(record.size));
  insert.bind(4, std::string_view(name(experiment.verdict)))
      .bind(5, experiment.value)
      .bind(6, experiment.best_so_far);
  insert.bind(7, std::string_view(experiment.file))
      .bind(8, std::string_view(experiment.sha256))
      .bind(9, std::int64_t{experiment.fixes});
  return insert.run();
}

Status BookIndex::put_repair(std::uint64_t number, const std::string& sha256) {
  TRY_ASSIGN(auto change,
             database_->prepare("UPDATE experiments SET sha256 = ?, fixes = fixes + 1 WHERE number = ?"));
  change.bind(1, std::string_view(sha256)).bind(2, as_integer(number));
  return change.run();
}

Status BookIndex::put_refusal(std::uint64_t seq, const Refusal& refusal) {
  TRY_ASSIGN(auto insert, database_->prepare("INSERT OR REPLACE INTO refusals VALUES (?, ?, ?)"));
  insert.bind(1, as_integer(seq))
      .bind(2, std::string_view(refusal.file))
      .bind(3, std::string_view(refusal.reason));
  return insert.run();
}

Status BookIndex::apply(const Digest& digest, IndexState& next) {
  if (digest.fault) return fail(*digest.fault);
  const store::Record& record = digest.record;
  if (digest.experiment) {
    const Experiment& experiment = *digest.experiment;
    TRY(put(experiment, record));
    if (record.type == "champion_rescored") {
      next.best = experiment.verdict == Verdict::accepted ? experiment.value : std::nullopt;
      return {};
    }
    next.last_number = std::max(next.last_number, experiment.number);
    if (record.type != "proposed") ++next.count;
    if (record.type == "proposed" && experiment.origin == Origin::run) ++next.proposals;
    if (experiment.verdict == Verdict::accepted) next.best = experiment.value;
  } else if (record.type == "seal_opened") {
    next.seal = {};
  } else if (record.type == "repaired" || record.type == "refused" || record.type == "seal_closed") {
    TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
    return apply_other(record, whole["body"], next);
  }
  return {};
}

Status BookIndex::apply_other(const store::Record& record, const Json& body, IndexState& next) {
  if (record.type == "seal_closed") {
    next.seal = {body.value("seal", std::string()), body.value("manifest", std::string())};
  } else if (record.type == "repaired") {
    TRY(put_repair(body["number"].get<std::uint64_t>(), body["sha256"].get<std::string>()));
  } else {
    TRY(put_refusal(record.seq, {body["file"].get<std::string>(), body["reason"].get<std::string>()}));
    ++next.proposals;
  }
  return {};
}

Result<std::optional<IndexRow>> BookIndex::one(store::Statement statement) const {
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return std::optional<IndexRow>();
  return std::optional<IndexRow>(read_row(statement));
}

Result<std::optional<IndexRow>> BookIndex::champion() const {
  TRY_ASSIGN(auto select,
             database_->prepare(std::string(k_row) +
                                "WHERE verdict = 'accepted' AND value = ? ORDER BY number DESC LIMIT 1"));
  if (!state_.best) return std::optional<IndexRow>();
  select.bind(1, *state_.best);
  return one(std::move(select));
}

Result<std::optional<IndexRow>> BookIndex::find(std::uint64_t number) const {
  TRY_ASSIGN(auto select, database_->prepare(std::string(k_row) + "WHERE number = ?"));
  select.bind(1, as_integer(number));
  return one(std::move(select));
}

Result<std::optional<IndexRow>> BookIndex::find_file(const std::string& file) const {
  TRY_ASSIGN(auto select,
             database_->prepare(std::string(k_row) + "WHERE file = ? ORDER BY number DESC LIMIT 1"));
  select.bind(1, std::string_view(file));
  return one(std::move(select));
}

Result<std::optional<IndexRow>> BookIndex::find_hash(const std::string& sha256) const {
  TRY_ASSIGN(auto select,
             database_->prepare(std::string(k_row) + "WHERE sha256 = ? ORDER BY number LIMIT 1"));
  select.bind(1, std::string_view(sha256));
  return one(std::move(select));
}

Result<std::vector<IndexRow>> BookIndex::query(const Query& query, Direction direction) const {
  std::string sql = k_row;
  switch (query.order) {
    case Query::Order::number:
      sql += "WHERE number > ? AND verdict != 'pending' ORDER BY number LIMIT ?";
      break;
    case Query::Order::newest:
      sql += "WHERE number > ? AND verdict != 'pending' ORDER BY number DESC LIMIT ?";
      break;
    case Query::Order::best:
      sql += "WHERE number > ? AND verdict IN ('accepted', 'rejected', 'undecided') ORDER BY value ";
      sql += direction == Direction::maximise ? "DESC, number LIMIT ?" : "ASC, number LIMIT ?";
      break;
  }
  TRY_ASSIGN(auto select, database_->prepare(sql));
  select.bind(1, as_integer(query.after)).bind(2, as_integer(query.limit));
  return read_rows(std::move(select));
}

Result<std::vector<IndexRow>> BookIndex::pending() const {
  TRY_ASSIGN(auto select,
             database_->prepare(std::string(k_row) + "WHERE verdict = 'pending' ORDER BY number"));
  return read_rows(std::move(select));
}

Result<std::vector<double>> BookIndex::best_history(std::size_t most) const {
  TRY_ASSIGN(auto select, database_->prepare("SELECT best_so_far FROM (SELECT number, best_so_far FROM "
                                             "experiments WHERE best_so_far IS NOT NULL "
                                             "ORDER BY number DESC LIMIT ?) ORDER BY number"));
  select.bind(1, as_integer(most));
  std::vector<double> values;
  while (true) {
    TRY_ASSIGN(const bool more, select.step());
    if (!more) return values;
    values.push_back(select.real(0));
  }
}

Result<std::vector<Refusal>> BookIndex::refusals(std::size_t most) const {
  TRY_ASSIGN(auto select, database_->prepare("SELECT file, reason FROM refusals ORDER BY seq DESC LIMIT ?"));
  select.bind(1, as_integer(most));
  std::vector<Refusal> found;
  while (true) {
    TRY_ASSIGN(const bool more, select.step());
    if (!more) return found;
    found.push_back({select.text(0), select.text(1)});
  }
}

}  // namespace leanlab::lab

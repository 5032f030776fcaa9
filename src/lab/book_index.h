// BookIndex: the book's database: where each experiment's record stands in the ledger, and what is searched by.
// A projection: it can be thrown away and made anew. Thread: the book's lock is held around every call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/book.h"
#include "lab/book_digest.h"
#include "lab/experiment.h"
#include "store/database.h"
#include "store/ledger.h"

namespace leanlab::lab {

/// The database's name in a lab's state folder.
inline constexpr const char* k_database_file = "book.db";

/// Counters and positions that every transaction stores.
struct IndexState {
  store::Head applied;             ///< the last ledger record that is in the index
  std::uint64_t results_size = 0;  ///< bytes of results.jsonl whose rows are accounted for
  std::uint64_t count = 0;         ///< judged experiments
  std::uint64_t last_number = 0;
  std::uint64_t proposals = 0;
  std::optional<double> best;
  RecordedSeal seal;
};

/// Where an experiment's last record stands.
struct IndexRow {
  std::uint64_t number = 0;
  std::uint64_t offset = 0, size = 0;
  std::string sha256;
  std::uint32_t fixes = 0;
};

class BookIndex {
 public:
  /// Errors: those of Database::open.
  [[nodiscard]] static Result<std::unique_ptr<BookIndex>> open(const std::filesystem::path& file,
                                                               store::Database::Mode mode);

  [[nodiscard]] const IndexState& state() const { return state_; }
  /// One transaction: `work` adds rows and changes `next`, which starts as the present state and is stored with them.
  [[nodiscard]] Status update(const std::function<Status(IndexState& next)>& work);
  /// Within update(): what a record of the ledger means for the rows and for `next`.
  [[nodiscard]] Status apply(const Digest& digest, IndexState& next);

  [[nodiscard]] Result<std::optional<IndexRow>> champion() const;
  [[nodiscard]] Result<std::optional<IndexRow>> find(std::uint64_t number) const;
  [[nodiscard]] Result<std::optional<IndexRow>> find_file(const std::string& file) const;
  [[nodiscard]] Result<std::optional<IndexRow>> find_hash(const std::string& sha256) const;
  [[nodiscard]] Result<std::vector<IndexRow>> query(const Query& query, Direction direction) const;
  [[nodiscard]] Result<std::vector<IndexRow>> pending() const;
  [[nodiscard]] Result<std::vector<double>> best_history(std::size_t most) const;
  [[nodiscard]] Result<std::vector<Refusal>> refusals(std::size_t most) const;

 private:
  explicit BookIndex(std::unique_ptr<store::Database> database) : database_(std::move(database)) {}
  /// A record that holds no experiment.
  [[nodiscard]] Status apply_other(const store::Record& record, const Json& body, IndexState& next);
  /// An experiment's record, pending or judged.
  [[nodiscard]] Status put(const Experiment& experiment, const store::Record& record);
  /// A repair of a pending one.
  [[nodiscard]] Status put_repair(std::uint64_t number, const std::string& sha256);
  [[nodiscard]] Status put_refusal(std::uint64_t seq, const Refusal& refusal);
  [[nodiscard]] Status load_state();
  [[nodiscard]] Result<std::optional<IndexRow>> one(store::Statement statement) const;

  std::unique_ptr<store::Database> database_;
  IndexState state_;
};

}  // namespace leanlab::lab

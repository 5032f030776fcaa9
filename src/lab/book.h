// Book: a lab's experiments. The ledger is the truth; database and results.jsonl follow it record by record.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lab/config.h"
#include "lab/events.h"
#include "lab/experiment.h"
#include "lab/project.h"
#include "lab/seal.h"
#include "store/blobs.h"

namespace leanlab::lab {

/// What is known of a proposal before it is judged.
struct Proposal {
  std::string file;    ///< relative to the lab
  std::string sha256;  ///< its blob
  std::string notes, parent, agent;
  Origin origin = Origin::run;
  std::optional<double> cost_usd;
  std::optional<agent::Tokens> tokens;
  std::optional<double> turn_seconds;
  std::string transcript;  ///< blob
  std::string driver;      ///< person, agent, unknown
};

/// What opening found; each line is for a person.
struct BookReport {
  std::vector<std::string>
      notices;  ///< "12 experiments imported from results.jsonl", "a torn record was moved aside", ...
  std::uint64_t imported = 0;
  bool state_was_lost = false;
};

/// A slice of the book for tables and exports.
struct Query {
  std::uint64_t after = 0;  ///< only experiments with a greater number
  std::uint64_t limit = 100;
  enum class Order { number, newest, best } order = Order::number;
};

struct VerifyProblem {
  std::uint64_t seq = 0;  ///< 0: no record of the ledger
  std::string what;
};
struct VerifyReport {
  bool lost =
      false;  ///< the state is gone (a fresh clone): there is nothing to check, and that is no problem
  std::uint64_t records = 0;
  std::string head;
  std::string anchor;  ///< where the head is anchored and whether it agrees; one line
  std::vector<VerifyProblem> problems;
  std::vector<std::string>
      notices;  ///< not problems, but worth a line: a file that is gone, a torn last write
};

class Book {
 public:
  enum class Mode { read_only, write };
  /// Opens or (write) makes a lab's book, brings the projections up to the ledger and imports foreign rows of
  /// results.jsonl. read_only needs no write permission; where there is no state yet it reads results.jsonl
  /// into memory. Errors: integrity, unsupported (newer format), io, no_space.
  [[nodiscard]] static Result<std::unique_ptr<Book>> open(const Place& place, const Config& config, Mode mode,
                                                          const Clock& clock, BookReport* report = nullptr);
  virtual ~Book() = default;

  // --- writing; thread: any ---
  /// Takes a proposal in under a new number; on disk when it returns.
  [[nodiscard]] virtual Result<Experiment> propose(const Proposal& proposal) = 0;
  /// A repair replaced the file of a pending experiment.
  [[nodiscard]] virtual Status repair(std::uint64_t number, const std::string& sha256,
                                      const std::string& last_error) = 0;
  /// Closes a pending experiment: `judged` holds all but the verdict among accepted and rejected, best_so_far
  /// and ts, which are decided here, in the order of the ledger. Returns it as recorded.
  [[nodiscard]] virtual Result<Experiment> record(Experiment judged) = 0;
  /// The champion's value under a new seal takes the place of its old one, or, when it has none there, its verdict is
  /// invalid and the book has no best. `rescored` is the champion judged again. Returns it as recorded.
  [[nodiscard]] virtual Result<Experiment> record_rescored_champion(Experiment rescored,
                                                                    const std::string& driver) = 0;
  [[nodiscard]] virtual Status record_refusal(const Refusal& refusal, const std::string& agent) = 0;
  /// Tells `observer` of each experiment that is judged from now on, in the ledger's order, one at a time, before the
  /// record() that closed it returns. It must not call the book.
  virtual void on_judged(std::function<void(const Experiment&)> observer) = 0;
  /// Any other event that matters: "run_started", "seal_closed", "rescored", ...
  [[nodiscard]] virtual Status record_event(std::string_view type, const Json& body) = 0;

  // --- reading; cost does not grow with the book ---
  [[nodiscard]] virtual std::uint64_t last_number()
      const = 0;                                          ///< the greatest number given, to pending ones too
  [[nodiscard]] virtual std::uint64_t count() const = 0;  ///< judged experiments, imported ones too
  [[nodiscard]] virtual std::uint64_t proposals()
      const = 0;  ///< turns of the book so far, refused ones too: seeds a tuner
  [[nodiscard]] virtual std::optional<double> best() const = 0;
  /// The lock that is in force by the ledger's word: the last one that was closed and not opened; empty: none.
  [[nodiscard]] virtual RecordedSeal seal() const = 0;
  [[nodiscard]] virtual Result<std::optional<Experiment>> champion() const = 0;
  [[nodiscard]] virtual Result<std::optional<Experiment>> find(std::uint64_t number) const = 0;
  [[nodiscard]] virtual Result<std::optional<Experiment>> find_file(const std::string& file) const = 0;
  [[nodiscard]] virtual Result<std::optional<Experiment>> find_hash(const std::string& sha256) const = 0;
  [[nodiscard]] virtual Result<std::vector<Experiment>> query(const Query& query) const = 0;
  /// Proposals of an earlier run that were never judged.
  [[nodiscard]] virtual Result<std::vector<Experiment>> pending() const = 0;
  /// The last `most` values of best_so_far, oldest first.
  [[nodiscard]] virtual Result<std::vector<double>> best_history(std::size_t most) const = 0;
  [[nodiscard]] virtual Result<std::vector<Refusal>> refusals(std::size_t most) const = 0;
  [[nodiscard]] virtual const store::Blobs& blobs() const = 0;
};

/// Checks everything without trusting a projection: chain, hashes, head, anchor, blobs and stored files,
/// seals, database and results.jsonl against the ledger. Problems are in the report; an Error means it could
/// not look.
[[nodiscard]] Result<VerifyReport> verify_book(const Place& place, const Config& config, const Clock& clock);
/// Makes database and results.jsonl anew from the ledger; where the state was lost, a new ledger out of results.jsonl.
/// Returns the number of records. Errors: integrity, io, no_space, lab_busy.
[[nodiscard]] Result<std::uint64_t> rebuild_book(const Place& place, const Config& config, const Clock& clock,
                                                 BookReport* report = nullptr);
/// An act of the owner: the ledger as it is becomes what is anchored, and a record says so. Its chain must hold.
/// Errors: integrity (it does not), not_found (there is none), io, no_space, lab_busy.
[[nodiscard]] Status trust_ledger(const Place& place, const Clock& clock, const std::string& driver);

}  // namespace leanlab::lab

// verify and rebuild: the book checked against its ledger, and its projections made anew.
#include <map>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/book.h"
#include "lab/book_index.h"
#include "lab/results_file.h"
#include "lab/seal.h"
#include "store/database.h"
#include "store/ledger.h"

namespace leanlab::lab {

namespace {

class Verifier {
 public:
  Verifier(const Place& place, const Config& config, VerifyReport& report)
      : place_(place), config_(config), report_(report), blobs_(place.state / "blobs") {}

  Status run(const Clock& clock);

 private:
  void problem(std::uint64_t seq, std::string what) { report_.problems.push_back({seq, std::move(what)}); }
  Status check_record(const store::Record& record);
  void check_stored(const store::Record& record, const Json& body);
  void check_rows(const std::string& ledger_id);
  void check_index(const store::Head& head);
  void check_seal();

  const Place& place_;
  const Config& config_;
  VerifyReport& report_;
  const store::Blobs blobs_;
  std::uint64_t judged_ = 0;
};

Status Verifier::run(const Clock& clock) {
  TRY_ASSIGN(const store::Verification chain, store::verify_ledger(place_.state));
  report_.records = chain.records;
  report_.head = chain.head.hash;
  for (const store::Problem& found : chain.problems) problem(found.seq, found.what);
  if (chain.torn_bytes > 0)
    report_.notices.push_back("the last write was cut off; the next run moves it aside");
  if (!chain.problems.empty()) return {};
  TRY_ASSIGN(const auto ledger, store::Ledger::open(place_.state, store::Ledger::Mode::read_only, {}, clock));
  TRY(ledger->scan({}, [&](const store::Record& record) {
    if (record.seq > chain.head.seq) return Status();
    return check_record(record);
  }));
  check_index(chain.head);
  check_rows(chain.id);
  check_seal();
  return {};
}

Status Verifier::check_record(const store::Record& record) {
  TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
  const Json& body = whole["body"];
  if (record.type == "judged" || (record.type == "imported" && body.contains("number"))) ++judged_;
  if (record.type == "judged" || record.type == "proposed" || record.type == "repaired")
    check_stored(record, body);
  return {};
}

void Verifier::check_stored(const store::Record& record, const Json& body) {
  for (const char* key : {"sha256", "log", "transcript"}) {
    const std::string hash = body.value(key, std::string());
    if (hash.empty()) continue;
    if (const auto blob = blobs_.get(hash); !blob) problem(record.seq, one_line(blob.error()));
  }
  if (record.type == "judged") {
    const std::string file = body.value("file", std::string());
    const fs::path path = place_.folder / file;
    if (!fs::exists(path)) {
      report_.notices.push_back(fmt::format("{} is gone; its copy is kept in the store", file));
    } else if (const auto hash = sha256_file(path); hash && *hash != body.value("sha256", std::string())) {
      problem(
          record.seq,
          fmt::format(
              "{} is not what was judged: it was changed afterwards (the judged copy is kept in the store)",
              file));
    }
  }
}

void Verifier::check_index(const store::Head& head) {
  const fs::path file = place_.state / k_database_file;
  if (!fs::exists(file)) {
    report_.notices.emplace_back("there is no database; the next command makes it anew");
    return;
  }
  const auto index = BookIndex::open(file, store::Database::Mode::read_only);
  if (!index) return problem(0, one_line(index.error()) + " (leanlab rebuild mends it)");
  const store::Head& applied = (*index)->state().applied;
  if (applied.seq > head.seq) {
    problem(applied.seq, fmt::format("record {} was written and is gone: the ledger ends at record {}",
                                     applied.seq, head.seq));
  } else if (applied.seq == head.seq && applied.hash != head.hash) {
    problem(applied.seq, "the ledger was rewritten: its last record is not the one that was written");
  } else if (applied.seq == head.seq && (*index)->state().count != judged_) {
    problem(0, "the database does not agree with the ledger (leanlab rebuild mends it)");
  }
}

void Verifier::check_rows(const std::string& ledger_id) {
  const ResultsFile results(place_.folder / config_.results_file);
  const auto lines = results.read(0);
  if (!lines) return problem(0, one_line(lines.error()));
  std::map<std::uint64_t, const ResultsLine*> ours;
  for (const ResultsLine& line : *lines) {
    if (line.ledger == ledger_id) ours[line.seq] = &line;
  }
  const auto ledger = store::Ledger::open(place_.state, store::Ledger::Mode::read_only, {}, system_clock());
  if (!ledger) return problem(0, one_line(ledger.error()));
  const Status scanned = (*ledger)->scan({}, [&](const store::Record& record) -> Status {
    if (record.type != "judged") return {};
    TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
    const auto row = row_of(record, whole["body"], ledger_id, place_.name, config_.objective.metric);
    const auto found = ours.find(record.seq);
    if (found == ours.end()) {
      problem(record.seq, fmt::format("{} lacks its row (leanlab rebuild mends it)", config_.results_file));
    } else if (row && found->second->text != *row) {
      problem(record.seq,
              fmt::format("its row in {} was changed (leanlab rebuild mends it)", config_.results_file));
    }
    return {};
  });
  if (!scanned) problem(0, one_line(scanned.error()));
}

void Verifier::check_seal() {
  const auto lock = current_lock(place_);
  if (!lock) return problem(0, one_line(lock.error()));
  if (!*lock) return;
  if (const Status proof = prove_seal(**lock, place_, config_); !proof) problem(0, one_line(proof.error()));
}

}  // namespace

Result<VerifyReport> verify_book(const Place& place, const Config& config, const Clock& clock) {
  VerifyReport report;
  if (!fs::exists(place.state / store::k_ledger_file)) {
    if (fs::exists(place.state / k_database_file))
      report.problems.push_back({0, "the ledger is gone, although a book was written here"});
    else
      report.notices.emplace_back(
          "nothing is recorded here yet: there is no ledger (a fresh clone, or lost state)");
    return report;
  }
  Verifier verifier(place, config, report);
  TRY(verifier.run(clock), "verifying {}", place.name);
  return report;
}

Result<std::uint64_t> rebuild_book(const Place& place, const Config& config, const Clock& clock) {
  if (!fs::exists(place.state / store::k_ledger_file)) {
    return fail(Error(ErrorCode::misconfigured, fmt::format("{} has no ledger to rebuild from", place.name))
                    .then(fmt::format("leanlab check {}", place.name)));
  }
  const ResultsFile results(place.folder / config.results_file);
  {
    store::OpenReport opened;
    TRY_ASSIGN(const auto ledger,
               store::Ledger::open(place.state, store::Ledger::Mode::append, {}, clock, &opened));
    // Foreign rows that were not imported yet must not get lost: they come back behind the rebuilt ones.
    TRY(results.mend());
    TRY_ASSIGN(auto lines, results.read(0));
    ResultsTail tail(std::move(lines), 0, ledger->id(), ledger->head().seq, ledger->head().seq);
    TRY(ledger->scan({}, [&](const store::Record& record) -> Status {
      if (record.type != "imported") return {};
      TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
      static_cast<void>(tail.take(whole["body"].value("row", std::string())));
      return {};
    }));
    const std::vector<std::string> foreign = tail.foreign();
    TRY(write_results(results, *ledger, place.name, config.objective.metric));
    TRY(results.append(foreign));
  }
  for (const char* suffix : {"", "-wal", "-shm"})
    TRY(remove_tree(place.state / (std::string(k_database_file) + suffix)));
  TRY_ASSIGN(const auto book, Book::open(place, config, Book::Mode::write, clock));
  TRY_ASSIGN(const store::Verification chain, store::verify_ledger(place.state));
  return chain.records;
}

}  // namespace leanlab::lab

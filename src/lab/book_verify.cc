// verify: the book checked against its ledger, its anchors and its seals, believing no projection.
#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/anchorage.h"
#include "lab/book.h"
#include "lab/book_index.h"
#include "lab/lost_state.h"
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
  Status run_without_ledger(const Clock& clock);

 private:
  void problem(std::uint64_t seq, std::string what) { report_.problems.push_back({seq, std::move(what)}); }
  Status check_record(const store::Record& record);
  void check_stored(const store::Record& record, const Json& body);
  void check_judged_seal(std::uint64_t seq, const Json& body);
  void check_rows(const store::Ledger& ledger);
  void check_index(const store::Head& head, const store::Ledger& ledger);
  void check_anchors(const store::Ledger& ledger, const Clock& clock);
  void check_seal(const std::optional<std::string>& recorded);
  void check_past_seals();

  const Place& place_;
  const Config& config_;
  VerifyReport& report_;
  const store::Blobs blobs_;
  std::uint64_t judged_ = 0;
  std::uint64_t followed_ = 0;                  // the last record that database and results.jsonl have seen
  std::string seal_;                            // in force, by the records read so far
  std::map<std::string, std::uint64_t> seals_;  // each that a lock closed, and the record of its last use
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
  check_anchors(*ledger, clock);
  check_index(chain.head, *ledger);
  check_rows(*ledger);
  check_seal(seal_);
  check_past_seals();
  return {};
}

Status Verifier::run_without_ledger(const Clock& clock) {
  if (fs::exists(place_.state / k_database_file)) {
    problem(0, "the ledger is gone, although a book was written here");
  } else {
    TRY_ASSIGN(const LostState lost,
               find_lost_state(place_, ResultsFile(place_.folder / config_.results_file), clock));
    const std::string word = join_command(std::vector<std::string>{place_.name});
    report_.lost = lost.was_there;
    report_.notices.push_back(
        lost.was_there
            ? fmt::format("{}; there is nothing to compare {} with. To go on with a new ledger that imports "
                          "it: leanlab rebuild {}",
                          lost.line, config_.results_file, word)
            : "nothing is recorded here yet: there is no ledger");
  }
  check_seal(std::nullopt);
  return {};
}

void Verifier::check_anchors(const store::Ledger& ledger, const Clock& clock) {
  const auto anchors = Anchorage(place_, clock).check(ledger);
  if (!anchors) return problem(0, one_line(anchors.error()));
  if (anchors->holds) {
    report_.anchor = anchors->line;
    return;
  }
  const Error broken = anchor_broken(place_, *anchors);
  problem(0, broken.message + "; " + broken.next);
}

Status Verifier::check_record(const store::Record& record) {
  TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
  const Json& body = whole["body"];
  if (record.type == "judged" || (record.type == "imported" && body.contains("number"))) ++judged_;
  if (record.type == "judged" || record.type == "proposed" || record.type == "repaired" ||
      record.type == "champion_rescored")
    check_stored(record, body);
  if (record.type == "seal_opened") seal_.clear();
  if (record.type == "seal_closed") {
    seal_ = body.value("seal", std::string());
    seals_[seal_] = record.seq;
  }
  const bool scored = record.type == "judged" || record.type == "champion_rescored";
  if (scored && body.value("sealed", false)) check_judged_seal(record.seq, body);
  return {};
}

// A judgement under a lock names the one that was in force then.
void Verifier::check_judged_seal(std::uint64_t seq, const Json& body) {
  const std::string under = body.value("seal", std::string());
  if (under != seal_)
    problem(seq, fmt::format("experiment {} is said to be judged under seal {}, which was not in force then",
                             body.value("number", std::uint64_t{0}), under.substr(0, 12)));
}

void Verifier::check_stored(const store::Record& record, const Json& body) {
  for (const char* key : {"sha256", "log", "transcript"}) {
    const std::string hash = body.value(key, std::string());
    if (hash.empty()) continue;
    if (const auto blob = blobs_.get(hash); !blob)
      problem(record.seq, fmt::format("the stored {} {} of experiment {} ({}) does not hold: {}",
                                      std::string_view(key) == "sha256" ? "copy" : key, hash.substr(0, 16),
                                      body.value("number", std::uint64_t{0}),
                                      body.value("file", std::string("its repair")), one_line(blob.error())));
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

void Verifier::check_index(const store::Head& head, const store::Ledger& ledger) {
  followed_ = head.seq;
  const fs::path file = place_.state / k_database_file;
  if (!fs::exists(file)) {
    report_.notices.emplace_back("there is no database; the next command makes it anew");
    return;
  }
  const auto index = BookIndex::open(file, store::Database::Mode::read_only);
  if (!index) return problem(0, one_line(index.error()) + " (leanlab rebuild mends it)");
  const store::Head& applied = (*index)->state().applied;
  followed_ = std::min(followed_, applied.seq);
  if (applied.seq > head.seq) {
    if (ledger.expect(applied)) return;  // a run has gone on since the chain was read
    problem(applied.seq, fmt::format("record {} was written and is gone: the ledger ends at record {}",
                                     applied.seq, head.seq));
  } else if (applied.seq == head.seq && applied.hash != head.hash) {
    problem(applied.seq, "the ledger was rewritten: its last record is not the one that was written");
  } else if (applied.seq == head.seq && (*index)->state().count != judged_) {
    problem(0, "the database does not agree with the ledger (leanlab rebuild mends it)");
  }
}

// The rows are compared by a short hash, so that a large book needs little memory.
void Verifier::check_rows(const store::Ledger& ledger) {
  const ResultsFile results(place_.folder / config_.results_file);
  std::unordered_map<std::uint64_t, std::uint64_t> ours;
  const auto hash = [](const std::string& row) {
    return std::stoull(sha256_hex(row).substr(0, 16), nullptr, 16);
  };
  const Status read = results.scan(0, [&](ResultsLine& line) -> Status {
    if (line.ledger == ledger.id()) ours[line.seq] = hash(line.text);
    return {};
  });
  if (!read) return problem(0, one_line(read.error()));
  const Status scanned = ledger.scan({}, [&](const store::Record& record) -> Status {
    // What a crash kept from following the ledger, and what a run records just now, has its row a little later.
    if (record.type != "judged" || record.seq > followed_) return {};
    TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
    const auto row = row_of(record, whole["body"], ledger.id(), place_.name, config_.objective.metric);
    const auto found = ours.find(record.seq);
    if (found == ours.end()) {
      problem(record.seq, fmt::format("{} lacks its row (leanlab rebuild mends it)", config_.results_file));
    } else if (row && found->second != hash(*row)) {
      problem(record.seq,
              fmt::format("its row in {} was changed (leanlab rebuild mends it)", config_.results_file));
    }
    return {};
  });
  if (!scanned) problem(0, one_line(scanned.error()));
}

// `recorded`: what the ledger says, where there is one.
void Verifier::check_seal(const std::optional<std::string>& recorded) {
  const auto lock = current_lock(place_);
  if (!lock) return problem(0, one_line(lock.error()));
  if (recorded) {
    const Status agreed = agree_with_ledger(place_, *recorded, *lock);
    if (!agreed && agreed.error().code == ErrorCode::integrity) problem(0, one_line(agreed.error()));
    if (!agreed && agreed.error().code != ErrorCode::integrity)
      report_.notices.push_back(one_line(agreed.error()));
  }
  if (!*lock) return;
  if (const Status proof = prove_seal(**lock, place_, config_); !proof) problem(0, one_line(proof.error()));
}

void Verifier::check_past_seals() {
  for (const auto& [id, seq] : seals_) {
    if (const auto seal = past_seal(place_, id); !seal)
      problem(seq, fmt::format("the manifest of seal {} does not hold: {}", id.substr(0, 12),
                               one_line(seal.error())));
    else if (seal->id != id)
      problem(seq, fmt::format("the manifest of seal {} is of another seal", id.substr(0, 12)));
  }
}

}  // namespace

Result<VerifyReport> verify_book(const Place& place, const Config& config, const Clock& clock) {
  VerifyReport report;
  Verifier verifier(place, config, report);
  std::error_code ignored;
  TRY(fs::exists(place.state / store::k_ledger_file, ignored) ? verifier.run(clock)
                                                              : verifier.run_without_ledger(clock),
      "verifying {}", place.name);
  return report;
}

}  // namespace leanlab::lab

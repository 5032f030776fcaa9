// verify: the book checked against its ledger, its anchors and its seals, believing no projection.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/strings.h"
#include "lab/anchorage.h"
#include "lab/book.h"
#include "lab/book_digest.h"
#include "lab/book_index.h"
#include "lab/lost_state.h"
#include "lab/results_file.h"
#include "lab/seal.h"
#include "store/database.h"
#include "store/ledger.h"

namespace leanlab::lab {

namespace {

constexpr std::size_t k_most_problems = 1000;
constexpr std::size_t k_most_gone = 10;
constexpr std::size_t k_batch = 2000;

/// A row by a short hash, so that a large book needs little memory.
struct Row {
  std::uint64_t seq = 0, hash = 0;
};
std::uint64_t short_hash(const std::string& row) {
  return std::stoull(sha256_hex(row).substr(0, 16), nullptr, 16);
}

/// What was found about the files of one record.
struct Stored {
  std::vector<std::string> problems;
  bool gone = false;  ///< the experiment's file
};

class Verifier {
 public:
  Verifier(const Place& place, const Config& config, VerifyReport& report)
      : place_(place), config_(config), report_(report), blobs_(place.state / "blobs") {}

  Status run(const Clock& clock);
  Status run_without_ledger(const Clock& clock);

 private:
  void problem(std::uint64_t seq, std::string what) {
    if (report_.problems.size() < k_most_problems)
      report_.problems.push_back({seq, std::move(what)});
    else
      ++more_problems_;
  }
  Status check_records(const store::Ledger& ledger, std::uint64_t last);
  Status check_record(const Digest& digest);
  void check_judged_seal(std::uint64_t seq, const Experiment& experiment);
  void tell_how_judged();
  void tell_what_is_left_out();
  void check_rows(const store::Ledger& ledger);
  void check_index(const store::Head& head, const store::Ledger& ledger);
  void check_anchors(const store::Ledger& ledger, const Clock& clock);
  void check_seal(const std::optional<RecordedSeal>& recorded);
  void check_past_seals();

  const Place& place_;
  const Config& config_;
  VerifyReport& report_;
  const store::Blobs blobs_;
  std::uint64_t judged_ = 0;
  std::uint64_t unverified_ = 0;  // judged in tier C
  std::uint64_t in_process_ = 0;  // in another tier, but in the judge's process
  std::uint64_t more_problems_ = 0;
  std::vector<std::string> gone_;  // files of judged experiments
  std::uint64_t more_gone_ = 0;
  std::vector<Row> rows_;       // that results.jsonl must hold
  std::uint64_t followed_ = 0;  // the last record that database and results.jsonl have seen
  struct Closed {
    std::uint64_t seq;     // of its last lock
    std::string manifest;  // as that recorded it
  };
  RecordedSeal seal_;                    // in force, by the records read so far
  std::map<std::string, Closed> seals_;  // each that a lock closed
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
  TRY(check_records(*ledger, chain.head.seq));
  check_anchors(*ledger, clock);
  check_index(chain.head, *ledger);
  check_rows(*ledger);
  check_seal(seal_);
  check_past_seals();
  tell_how_judged();
  tell_what_is_left_out();
  return {};
}

void Verifier::tell_how_judged() {
  if (unverified_ > 0)
    report_.notices.push_back(fmt::format(
        "UNVERIFIED: {} of {} judged with no sandbox (tier C), where an experiment could forge its score",
        unverified_, plural(judged_, "experiment")));
  if (in_process_ > 0)
    report_.notices.push_back(
        fmt::format("{} of {} judged in-process, where an experiment could forge its own number", in_process_,
                    plural(judged_, "experiment")));
}

void Verifier::tell_what_is_left_out() {
  for (const std::string& file : gone_)
    report_.notices.push_back(fmt::format("{} is gone; its copy is kept in the store", file));
  if (more_gone_ > 0)
    report_.notices.push_back(
        fmt::format("so are {} more; their copies are kept in the store", plural(more_gone_, "file")));
  if (more_problems_ > 0)
    report_.problems.push_back({0, fmt::format("and {} more", plural(more_problems_, "problem"))});
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

namespace {

/// The stored copies that a record names, and the experiment's file in the lab.
Stored look_at_files(const Digest& digest, const Place& place, const store::Blobs& blobs) {
  Stored found;
  const store::Record& record = digest.record;
  if (!digest.experiment || record.type == "imported") return found;
  const Experiment& experiment = *digest.experiment;
  const auto look = [&](const char* what, const std::string& hash) {
    if (hash.empty()) return;
    if (const auto blob = blobs.get(hash); !blob)
      found.problems.push_back(fmt::format("the stored {} {} of experiment {} ({}) does not hold: {}", what,
                                           hash.substr(0, 16), experiment.number, experiment.file,
                                           one_line(blob.error())));
  };
  look("copy", experiment.sha256);
  look("log", experiment.log);
  look("transcript", experiment.transcript);
  if (record.type != "judged") return found;
  const fs::path path = place.folder / experiment.file;
  std::error_code ignored;
  found.gone = !fs::exists(path, ignored);
  if (found.gone) return found;
  if (const auto hash = sha256_file(path); hash && *hash != experiment.sha256)
    found.problems.push_back(fmt::format(
        "{} is not what was judged: it was changed afterwards (the judged copy is kept in the store)",
        experiment.file));
  return found;
}

}  // namespace

Status Verifier::check_records(const store::Ledger& ledger, std::uint64_t last) {
  store::Head at;
  while (at.seq < last) {
    TRY_ASSIGN(std::vector<Digest> batch,
               digest_records(ledger, at, std::min<std::uint64_t>(k_batch, last - at.seq), place_.name,
                              config_.objective.metric));
    if (batch.empty()) break;
    at = head_behind(batch.back().record);
    std::vector<Stored> stored(batch.size());
    in_parallel(batch.size(), [&](std::size_t i) { stored[i] = look_at_files(batch[i], place_, blobs_); });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Digest& digest = batch[i];
      for (std::string& what : stored[i].problems) problem(digest.record.seq, std::move(what));
      if (stored[i].gone && gone_.size() < k_most_gone)
        gone_.push_back(digest.experiment->file);
      else if (stored[i].gone)
        ++more_gone_;
      TRY(check_record(digest));
    }
  }
  return {};
}

Status Verifier::check_record(const Digest& digest) {
  const store::Record& record = digest.record;
  if (digest.fault) {
    problem(record.seq, one_line(*digest.fault));
    return {};
  }
  if (digest.experiment && (record.type == "judged" || record.type == "imported")) ++judged_;
  if (record.type == "judged") rows_.push_back({record.seq, short_hash(*digest.row)});
  if (record.type == "judged" && digest.experiment) {
    if (digest.experiment->tier == sandbox::Tier::C)
      ++unverified_;
    else if (digest.experiment->level == Level::in_process)
      ++in_process_;
  }
  const bool scored = record.type == "judged" || record.type == "champion_rescored";
  if (scored && digest.experiment->sealed) check_judged_seal(record.seq, *digest.experiment);
  if (record.type == "seal_opened") seal_ = {};
  if (record.type != "seal_closed" && record.type != "repaired") return {};
  TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger.jsonl"));
  const Json& body = whole["body"];
  if (record.type == "seal_closed") {
    seal_ = {body.value("seal", std::string()), body.value("manifest", std::string())};
    seals_[seal_.id] = {record.seq, seal_.manifest};
  } else if (const auto blob = blobs_.get(body.value("sha256", std::string())); !blob) {
    problem(record.seq, fmt::format("the stored copy of a repair of experiment {} does not hold: {}",
                                    body.value("number", std::uint64_t{0}), one_line(blob.error())));
  }
  return {};
}

// A judgement under a lock names the one that was in force then.
void Verifier::check_judged_seal(std::uint64_t seq, const Experiment& experiment) {
  if (experiment.seal != seal_.id)
    problem(seq, fmt::format("experiment {} is said to be judged under seal {}, which was not in force then",
                             experiment.number, experiment.seal.substr(0, 12)));
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

void Verifier::check_rows(const store::Ledger& ledger) {
  const ResultsFile results(place_.folder / config_.results_file);
  enum class Seen : char { no, same, changed };
  std::vector<Seen> seen(rows_.size(), Seen::no);
  const Status read = results.scan(0, [&](ResultsLine& line) -> Status {
    if (line.ledger != ledger.id()) return {};
    const auto row = std::ranges::lower_bound(rows_, line.seq, {}, &Row::seq);
    if (row == rows_.end() || row->seq != line.seq) return {};
    seen[static_cast<std::size_t>(row - rows_.begin())] =
        row->hash == short_hash(line.text) ? Seen::same : Seen::changed;
    return {};
  });
  if (!read) return problem(0, one_line(read.error()));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    // What a crash kept from following the ledger, and what a run records just now, has its row a little later.
    if (seen[i] == Seen::same || rows_[i].seq > followed_) continue;
    problem(rows_[i].seq, fmt::format("{} {} (leanlab rebuild mends it)", config_.results_file,
                                      seen[i] == Seen::no ? "lacks its row" : "holds another row for it"));
  }
}

// `recorded`: what the ledger says, where there is one.
void Verifier::check_seal(const std::optional<RecordedSeal>& recorded) {
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
  for (const auto& [id, closed] : seals_) {
    const std::uint64_t seq = closed.seq;
    if (const auto seal = past_seal(place_, id); !seal)
      problem(seq, fmt::format("the manifest of seal {} does not hold: {}", id.substr(0, 12),
                               one_line(seal.error())));
    else if (seal->id != id)
      problem(seq, fmt::format("the manifest of seal {} is of another seal", id.substr(0, 12)));
    else if (!closed.manifest.empty() && seal->manifest != closed.manifest)
      problem(seq, fmt::format("the manifest of seal {} was edited", id.substr(0, 12)));
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

// The book: writes go to the ledger, whose order decides numbers and verdicts; the projections then follow it.
#include "lab/book.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/strings.h"
#include "lab/book_digest.h"
#include "lab/file_book.h"

namespace leanlab::lab {

namespace {

using store::Draft;
using store::Record;

constexpr std::uint64_t k_records_between_anchors = 256;

}  // namespace

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

Status FileBook::record_event(std::string_view type, const Json& body) {
  TRY(append(Draft{std::string(type), [&](std::uint64_t) { return body; }}));
  // What begins or ends something, and acts of the owner, are anchored at once.
  if (type.starts_with("run_") || type.starts_with("seal_")) {
    const std::lock_guard lock(mutex_);
    anchor();
  }
  return {};
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

Result<Experiment> FileBook::record_rescored_champion(Experiment rescored, const std::string& driver) {
  TRY(append(Draft{"champion_rescored",
                   [&](std::uint64_t seq) {
                     rescored.seq = seq;
                     if (rescored.verdict == Verdict::pending) rescored.verdict = Verdict::accepted;
                     best_ = rescored.verdict == Verdict::accepted ? rescored.value : std::nullopt;
                     rescored.best_so_far = best_;
                     rescored.ts = iso8601(clock_.now());
                     Json body = to_record(rescored);
                     body["driver"] = driver;
                     return body;
                   }}),
      "recording {} under the new seal", rescored.id());
  return rescored;
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
  if (ledger_->head().seq >= anchored_ + k_records_between_anchors) anchor();
  return {};
}

Status FileBook::follow_batch() {
  constexpr std::size_t k_batch = 2000;
  TRY_ASSIGN(std::vector<Digest> batch,
             digest_records(*ledger_, index_->state().applied, k_batch, place_.name, objective_.metric));
  INVARIANT(!batch.empty());
  std::vector<std::string> rows;
  for (Digest& digest : batch) {
    if (!digest.row) continue;
    const Record& record = digest.record;
    const bool stands_there = record.type == "imported" ? tail_.take(*digest.row) : tail_.take(record.seq);
    if (!stands_there) rows.push_back(std::move(*digest.row));
  }
  // Rows that somebody else added since are left for the next opening to find: the accounted part stops before them.
  const bool all_ours = results_.size() == std::max(index_->state().results_size, tail_.accounted());
  TRY(results_.append(rows));
  if (all_ours && !rows.empty()) tail_.added(results_.size());
  crash_point("book.results_written");
  TRY(index_->update([&](IndexState& next) -> Status {
    for (const Digest& digest : batch) TRY(index_->apply(digest, next));
    next.applied = head_behind(batch.back().record);
    next.results_size = std::max(next.results_size, tail_.accounted());
    return {};
  }));
  crash_point("book.indexed");
  if (!on_judged_) return {};
  for (const Digest& digest : batch) {
    if (digest.record.type == "judged") on_judged_(*digest.experiment);
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

}  // namespace leanlab::lab

// rebuild: database and results.jsonl made anew from the ledger; and the owner's word that a ledger is to be trusted.
#include <cstdint>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/strings.h"
#include "lab/anchorage.h"
#include "lab/book.h"
#include "lab/book_digest.h"
#include "lab/book_index.h"
#include "lab/lost_state.h"
#include "lab/results_file.h"
#include "store/ledger.h"

namespace leanlab::lab {

namespace {

/// Where the state was lost, results.jsonl is all there is: it is imported into a new ledger.
Result<std::uint64_t> rebuild_lost(const Place& place, const Config& config, const Clock& clock,
                                   BookReport* report) {
  std::error_code ignored;
  if (!fs::exists(place.folder / config.results_file, ignored)) {
    return fail(
        Error(ErrorCode::misconfigured, fmt::format("{} has no ledger to rebuild from", place.name))
            .then(fmt::format("leanlab check {}", join_command(std::vector<std::string>{place.name}))));
  }
  {
    TRY_ASSIGN(const auto book, Book::open(place, config, Book::Mode::write, clock, report));
  }
  TRY_ASSIGN(const store::Verification chain, store::verify_ledger(place.state));
  return chain.records;
}

}  // namespace

Result<std::uint64_t> rebuild_book(const Place& place, const Config& config, const Clock& clock,
                                   BookReport* report) {
  std::error_code ignored;
  if (!fs::exists(place.state / store::k_ledger_file, ignored))
    return rebuild_lost(place, config, clock, report);
  const ResultsFile results(place.folder / config.results_file);
  {
    TRY_ASSIGN(const auto ledger, store::Ledger::open(place.state, store::Ledger::Mode::append, {}, clock));
    // Nothing is made out of a ledger that is not the one that was anchored.
    TRY_ASSIGN(const AnchorReport anchors, Anchorage(place, clock).check(*ledger));
    if (!anchors.holds) return fail(anchor_broken(place, anchors));
    // Foreign rows that were not imported yet must not get lost: they come back behind the rebuilt ones.
    TRY(results.mend());
    ResultsTail tail(0, ledger->id(), ledger->head().seq, ledger->head().seq);
    bool any = false;
    TRY(results.scan(0, [&](ResultsLine& line) -> Status {
      // What the ledger has comes from there: a large book is not held in memory.
      if (line.ledger == ledger->id() && line.seq <= ledger->head().seq) return {};
      tail.add(std::move(line));
      any = true;
      return {};
    }));
    constexpr std::size_t k_batch = 2000;
    for (store::Head at; any;) {
      TRY_ASSIGN(const auto batch, digest_records(*ledger, at, k_batch, place.name, config.objective.metric));
      if (batch.empty()) break;
      at = head_behind(batch.back().record);
      for (const Digest& digest : batch)
        if (digest.record.type == "imported" && digest.row) static_cast<void>(tail.take(*digest.row));
    }
    const std::vector<std::string> foreign = tail.foreign(SIZE_MAX);
    TRY(write_results(results, *ledger, place.name, config.objective.metric));
    TRY(results.append(foreign));
  }
  for (const char* suffix : {"", "-wal", "-shm"})
    TRY(remove_tree(place.state / (std::string(k_database_file) + suffix)));
  TRY_ASSIGN(const auto book, Book::open(place, config, Book::Mode::write, clock, report));
  TRY_ASSIGN(const store::Verification chain, store::verify_ledger(place.state));
  return chain.records;
}

Status trust_ledger(const Place& place, const Clock& clock, const std::string& driver) {
  std::error_code ignored;
  if (!fs::exists(place.state / store::k_ledger_file, ignored))
    return fail(ErrorCode::not_found, "{} has no ledger to trust", place.name);
  TRY_ASSIGN(const auto ledger, store::Ledger::open(place.state, store::Ledger::Mode::append, {}, clock));
  const Anchorage anchorage(place, clock);
  TRY_ASSIGN(const AnchorReport before, anchorage.check(*ledger));
  TRY(ledger->append("ledger_trusted",
                     Json{{"driver", driver}, {"held", before.holds}, {"was", before.line}}));
  return anchorage.accept(*ledger);
}

}  // namespace leanlab::lab

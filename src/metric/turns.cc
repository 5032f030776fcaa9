// Taking turns within a budget.
#include "metric/turns.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/strings.h"
#include "lab/live_log.h"
#include "metric/lone_turn.h"
#include "metric/reach.h"

namespace leanlab::metric {

namespace {

// Sums of prices are binary fractions: a cap is reached when this little is left.
constexpr double k_nothing_usd = 1e-9;
constexpr std::chrono::milliseconds k_look_again{100};
constexpr std::size_t k_most_told = 50;

std::string outcome_of(const Error& error) {
  return (error.code == ErrorCode::interrupted ? "" : "failed: ") + clip(one_line(error), 500);
}

}  // namespace

Turns::Turns(Session& session, agent::Prices prices, Caps caps, lab::Tally tally)
    : session_(session),
      prices_(std::move(prices)),
      caps_(caps),
      dearest_usd_(tally.spent.dearest_usd),
      most_tokens_(tally.spent.most_tokens),
      any_priced_(tally.spent.turns > tally.spent.unpriced) {}

lab::Spent Turns::spent() const {
  const std::lock_guard lock(mutex_);
  return spent_;
}

Error Turns::spent_error(const std::string& what) const {
  return Error(ErrorCode::budget_spent, what)
      .then("raise the budget, or look at what it bought: leanlab show " +
            join_command(std::vector{session_.place.name + "/1"}));
}

// Returns when one more turn may start. `left_usd` becomes what it may cost.
Status Turns::reserve(double& left_usd) {
  std::unique_lock lock(mutex_);
  while (true) {
    TRY(session_.interrupt.check());
    if (caps_.until && session_.clock.steady() >= *caps_.until)
      return fail(spent_error("the hours that the budget of the lab allows are over"));
    bool wait = false;
    if (caps_.usd) {
      const double used = spent_.usd + spent_.assumed_usd;
      left_usd = *caps_.usd - used;
      if (left_usd <= k_nothing_usd) {
        return fail(spent_error(fmt::format(
            "the budget is spent: ${:.4f} of ${:.4f} in {}{}", used, *caps_.usd, plural(spent_.turns, "turn"),
            left_usd < -k_nothing_usd ? fmt::format(", ${:.4f} over it", -left_usd) : "")));
      }
      // As long as no turn has had a price, one goes first, so that the others are counted with something.
      const bool first = !any_priced_ && spent_.unpriced == 0;
      wait = under_way_ > 0 &&
             (first || used + static_cast<double>(under_way_) * dearest_usd_ >= *caps_.usd - k_nothing_usd);
    }
    if (caps_.tokens) {
      const std::uint64_t used = spent_.tokens ? lab::total(*spent_.tokens) : 0;
      if (used >= *caps_.tokens)
        return fail(spent_error(fmt::format("the budget is spent: {} of {} tokens in {}", used, *caps_.tokens,
                                            plural(spent_.turns, "turn"))));
      const bool first = most_tokens_ == 0 && spent_.uncounted == 0;
      wait = wait || (under_way_ > 0 && (first || used + under_way_ * most_tokens_ >= *caps_.tokens));
    }
    if (!wait) break;
    changed_.wait_for(lock, k_look_again);
  }
  ++under_way_;
  return {};
}

void Turns::release(const lab::TurnRecord* record) {
  {
    const std::lock_guard lock(mutex_);
    --under_way_;
    if (record != nullptr) {
      spent_.add(*record);
      any_priced_ = any_priced_ || record->cost_usd.has_value();
      dearest_usd_ = std::max(dearest_usd_, spent_.dearest_usd);
      most_tokens_ = std::max(most_tokens_, spent_.most_tokens);
    }
  }
  changed_.notify_all();
}

// What stops an agent holds all its turns back.
agent::Patience& Turns::patience_of(const agent::Agent& agent) {
  const std::lock_guard lock(mutex_);
  auto& patience = patience_[&agent];
  if (!patience) patience = std::make_unique<agent::Patience>(session_.clock, agent::patience_options());
  return *patience;
}

lab::TurnRecord Turns::begin(const agent::Agent& agent, const agent::TurnRequest& request,
                             const TurnPurpose& purpose) const {
  lab::TurnRecord record;
  record.id = turn_id();
  record.role = agent::name(request.role);
  record.agent = agent.describe();
  record.session = request.session.value_or("");
  record.attempt = purpose.attempt;
  const std::lock_guard lock(mutex_);
  record.assumed_usd = dearest_usd_;  // counts only if it is cut off
  record.outcome = "cut off";
  return record;
}

// An agent that tries the same host in each of a hundred turns is told of once; the records hold all.
void Turns::tell_refusals(const lab::TurnRecord& record) {
  std::vector<std::string> lines = refusals(record);
  if (record.network == agent::name(agent::Network::unverified))
    lines.push_back(fmt::format("network not verified: in tier {} {} cannot be held to a list of hosts",
                                sandbox::name(session_.tier), record.agent));
  for (const std::string& line : lines) {
    const std::unique_lock lock(mutex_);
    if (told_.size() < k_most_told && told_.insert(line).second) session_.warn(line);
  }
}

Status Turns::finish(lab::TurnRecord& record, const agent::Turn& turn) {
  if (!turn.transcript.empty()) {
    TRY_ASSIGN(record.transcript, session_.book->blobs().put(turn.transcript), "storing the transcript");
  }
  return {};
}

Result<TakenTurn> Turns::take(agent::Agent& agent, agent::TurnRequest request, const TurnPurpose& purpose) {
  if (agent.capabilities().free) {
    TRY_ASSIGN(agent::Turn turn, agent.take_turn(request, session_.interrupt));
    if (turn.end != agent::TurnEnd::done) return fail(ErrorCode::goal_not_met, "{}", turn.failure);
    return TakenTurn{std::move(turn), {}};
  }
  double left_usd = 0;
  TRY(reserve(left_usd));
  if (caps_.usd) request.budget_usd = left_usd;
  lab::TurnRecord record = begin(agent, request, purpose);
  const fs::path note = note_of(purpose.folder);
  struct Release {
    Turns& turns;
    const lab::TurnRecord* record = nullptr;
    ~Release() { turns.release(record); }
  } release{*this};
  TRY(note_start(note, record));
  const SteadyTime started = session_.clock.steady();
  request.home = purpose.folder.string() + ".home";
  lab::LiveLog live(session_.place, record.id);
  request.on_words = [&live](std::string_view text) { live.add(text); };
  agent::Turn spent;
  auto taken = patience_of(agent).take_turn(agent, request, session_.interrupt, purpose.on_pause, &spent);
  record.seconds = std::chrono::duration<double>(session_.clock.steady() - started).count();
  if (!taken) {
    // What cannot work at all has cost nothing; all else may have, and tries that came to a limit say what.
    if (spent.cost_usd || spent.tokens) price_turn(record, agent, spent, prices_);
    const bool began = taken.error().code == ErrorCode::goal_not_met ||
                       taken.error().code == ErrorCode::interrupted || record.cost_usd || record.tokens;
    record.outcome = outcome_of(taken.error());
    if (taken.error().code != ErrorCode::interrupted) record.assumed_usd = 0;
    TRY(drop_note(note));
    if (!began) return fail(std::move(taken.error()));
    release.record = &record;
    TRY(session_.book->record_event("turn", lab::to_record(record)));
    return fail(std::move(taken.error()));
  }
  const bool is_done = taken->end == agent::TurnEnd::done;
  price_turn(record, agent, *taken, prices_);
  tell_refusals(record);
  release.record = &record;
  record.outcome = is_done ? "done" : "failed: " + clip(taken->failure, 500);
  TRY(finish(record, *taken));
  const bool keep = purpose.workspace != nullptr && is_done;
  if (keep) TRY(note_end(note, {*purpose.workspace, record.agent, purpose.parent, *taken, record}));
  crash_point("turn.ended");
  TRY(session_.book->record_event("turn", lab::to_record(record)));
  if (!keep) TRY(drop_note(note));
  taken->cost_usd = record.cost_usd;
  if (!is_done) return fail(Error(ErrorCode::goal_not_met, taken->failure).then(taken->next));
  return TakenTurn{std::move(*taken), std::move(record)};
}

}  // namespace leanlab::metric

// Turns without a lab that is running.
#include "metric/lone_turn.h"

#include <nlohmann/json.hpp>

#include "agent/patience.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "lab/agent_reach.h"
#include "lab/user_config.h"
#include "metric/reach.h"

namespace leanlab::metric {

std::string turn_id() {
  return fmt::format("s-{:010x}", entropy_seed() >> 24);
}

void price_turn(lab::TurnRecord& record, const agent::Agent& agent, const agent::Turn& turn,
                const agent::Prices& prices) {
  record.assumed_usd = 0;
  record.tokens = turn.tokens;
  record.denied = turn.denied;
  record.network = agent::name(turn.network);
  record.session = turn.session.value_or(record.session);
  record.model = turn.model.value_or("");
  record.cost_usd = turn.cost_usd;
  if (record.cost_usd) {
    record.cost_from = "agent";
    return;
  }
  if (!record.tokens) return;
  const std::string model = record.model.empty() ? agent::model_in(agent.describe()) : record.model;
  record.cost_usd = prices.cost(model, *record.tokens);
  if (record.cost_usd) record.cost_from = "prices";
}

Status record_turn(lab::Book& book, const LoneTurn& turn) {
  lab::TurnRecord record = turn.record;
  if (!turn.turn.transcript.empty()) {
    TRY_ASSIGN(record.transcript, book.blobs().put(turn.turn.transcript), "storing the transcript");
  }
  return book.record_event("turn", lab::to_record(record));
}

Result<LoneTurn> take_lone_turn(agent::Agent& agent, agent::TurnRequest request, const lab::Project& project,
                                const Interrupt& interrupt) {
  TRY_ASSIGN(const agent::Prices prices, lab::load_prices());
  const Clock& clock = system_clock();
  request.home = request.workspace.string() + ".home";
  set_reach(project, request);
  TRY_ASSIGN(request.writable, lab::agent_folders(project));
  LoneTurn lone;
  lone.record.id = turn_id();
  lone.record.role = agent::name(request.role);
  lone.record.agent = agent.describe();
  const SteadyTime started = clock.steady();
  agent::Patience patience(clock, agent::patience_options());
  auto taken = patience.take_turn(agent, request, interrupt, [](const agent::Pause& pause) {
    if (pause.begins) log_warning("{}: {}", pause.agent, agent::describe(pause));
  });
  lone.record.seconds = std::chrono::duration<double>(clock.steady() - started).count();
  if (!taken) return fail(std::move(taken.error()));
  lone.turn = std::move(*taken);
  price_turn(lone.record, agent, lone.turn, prices);
  for (const std::string& line : refusals(lone.record)) log_warning("{}", line);
  lone.record.outcome =
      lone.turn.end == agent::TurnEnd::done ? "done" : "failed: " + clip(lone.turn.failure, 500);
  return lone;
}

}  // namespace leanlab::metric

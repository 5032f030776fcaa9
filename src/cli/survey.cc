// Survey: each lab's configuration, book, seal and lock.
#include "cli/survey.h"

#include "lab/book.h"
#include "lab/seal.h"
#include "lab/tally.h"
#include "metric/lab_lock.h"

namespace leanlab::cli {
namespace {

Status look_at(const lab::Project& project, const std::string& name, const Clock& clock, Depth depth,
               lab::LabStatus& status) {
  TRY_ASSIGN(const lab::Place place, lab::place_of(project, name));
  status.lab.running = metric::lab_holder(place);
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  status.lab.objective = config.objective;
  TRY_ASSIGN(const auto lock, lab::current_lock(place));
  status.lab.sealed = lock.has_value();
  TRY_ASSIGN(const auto book, lab::Book::open(place, config, lab::Book::Mode::read_only, clock));
  status.lab.experiments = book->count();
  status.lab.best = book->best();
  TRY_ASSIGN(const auto champion, book->champion());
  status.lab.unverified = champion && champion->tier == sandbox::Tier::C;
  if (champion) status.lab.level = lab::name(champion->level);
  if (depth == Depth::listed) return {};
  TRY_ASSIGN(const auto pending, book->pending());
  status.pending = pending.size();
  TRY_ASSIGN(const auto newest, book->query({.after = 0, .limit = 1, .order = lab::Query::Order::newest}));
  if (!newest.empty()) status.last = newest.front();
  TRY_ASSIGN(const lab::Tally tally, lab::read_tally(place, clock));
  status.turns = tally.spent.turns;
  status.unpriced_turns = tally.spent.unpriced;
  status.known_cost_usd = tally.spent.usd;
  status.cost_usd = tally.spent.cost_usd();
  status.tokens = tally.spent.tokens;
  status.budget_usd = config.budget.usd;
  return {};
}

}  // namespace

std::vector<lab::LabStatus> survey(const lab::Project& project, const Clock& clock, Depth depth) {
  std::vector<lab::LabStatus> labs;
  for (const std::string& name : lab::lab_names(project)) {
    lab::LabStatus status;
    status.lab.name = name;
    if (const Status looked = look_at(project, name, clock, depth, status); !looked)
      status.lab.problem = one_line(looked.error());
    status.alerts = lab::status_alerts(status);
    labs.push_back(std::move(status));
  }
  return labs;
}

}  // namespace leanlab::cli

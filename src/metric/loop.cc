// A run: several attempts at once until enough experiments are made, or something ends it.
#include "metric/loop.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/fs.h"
#include "base/random.h"
#include "base/strings.h"
#include "lab/tally.h"
#include "lab/user_config.h"
#include "metric/attempt.h"
#include "metric/budget.h"
#include "metric/plan.h"
#include "metric/rescore.h"
#include "metric/session.h"
#include "metric/steering.h"
#include "metric/team.h"
#include "metric/turns.h"

namespace leanlab::metric {

namespace {

// A lab whose agent is refused again and again must not run for ever: refusals do not count towards N.
constexpr std::uint64_t k_refusals_in_a_row = 20;

class Run {
 public:
  Run(Session& session, const RunOptions& options)
      : session_(session), options_(options), started_(session.clock.steady()) {}

  Result<lab::RunSummary> make();

 private:
  Status plan();
  Status teach();
  void work();
  /// One thing to do: a pending experiment, a kept turn, or (neither) a new attempt.
  struct Job {
    std::uint64_t attempt = 0;
    std::uint64_t remaining = 0;
    std::optional<lab::Experiment> pending;
    std::optional<KeptTurn> kept;
  };
  std::optional<Job> claim();
  Status prepare();
  Status perform(AttemptContext& context, const Job& job);
  void add_up();
  void settle(Result<AttemptEnd> end);
  bool others_go_on(const agent::Agent& agent, const Error& why);
  void announce();
  Result<lab::RunSummary> finish();

  Session& session_;
  const RunOptions& options_;
  const SteadyTime started_;
  lab::Tally tally_;  // before this run
  std::unique_ptr<Team> team_;
  std::unique_ptr<Turns> turns_;
  std::unique_ptr<Steering> steering_;
  Plan plan_;
  std::uint32_t threads_ = 1;
  std::uint32_t proposals_at_once_ = 1;
  std::unique_ptr<std::counting_semaphore<>> proposing_;

  std::mutex mutex_;  // guards what follows
  std::deque<lab::Experiment> pending_;
  std::deque<KeptTurn> kept_;
  std::uint64_t attempts_ = 0;
  std::uint64_t to_claim_ = 0;  // attempts that may still be started
  std::uint64_t refusals_in_a_row_ = 0;
  std::optional<Error> failure_;  // what ends the run
  bool nothing_left_ = false;     // to propose
  lab::RunSummary summary_;
};

// ---- before the first attempt

Status Run::plan() {
  TRY_ASSIGN(auto waiting, session_.book->pending());
  pending_.assign(waiting.begin(), waiting.end());
  kept_.assign(session_.kept.begin(), session_.kept.end());
  plan_.experiments = options_.experiments;
  plan_.after_number = session_.book->last_number();
  plan_.seed = options_.seed.value_or(entropy_seed() >> 33);
  plan_.usd_before = tally_.spent.usd + tally_.spent.assumed_usd;
  to_claim_ = options_.experiments;
  if (options_.resume_only) {
    const auto earlier = load_plan(session_.place);
    if (!earlier || (earlier->finished && pending_.empty() && kept_.empty())) {
      session_.inform("there is no run to resume: the last one came to its end");
      to_claim_ = 0;
    } else {
      TRY_ASSIGN(const auto since,
                 session_.book->query({.after = earlier->after_number, .limit = earlier->experiments}));
      const auto made = static_cast<std::uint64_t>(std::count_if(
                            since.begin(), since.end(),
                            [](const lab::Experiment& e) { return e.origin == lab::Origin::run; })) +
                        pending_.size() + kept_.size();
      plan_ = *earlier;
      to_claim_ = earlier->finished || made >= earlier->experiments ? 0 : earlier->experiments - made;
      if (options_.seed) plan_.seed = *options_.seed;
    }
  }
  if (options_.usd) plan_.usd = options_.usd;
  if (const auto left = experiments_left(session_, tally_)) {
    const std::uint64_t first = pending_.size() + kept_.size();
    const std::uint64_t allowed = *left > first ? *left - first : 0;
    if (to_claim_ > allowed) {
      summary_.budget_spent = true;
      summary_.ended_because =
          fmt::format("the budget of {} is made", plural(*session_.config.budget.experiments, "experiment"));
    }
    to_claim_ = std::min(to_claim_, allowed);
  }
  if (!pending_.empty()) {
    session_.inform(fmt::format("{} of a run that was cut off {} judged first",
                                plural(pending_.size(), "experiment"), pending_.size() == 1 ? "is" : "are"));
  }
  if (!kept_.empty())
    session_.inform(fmt::format("{} of a run that was cut off {} taken in, not paid for again",
                                plural(kept_.size(), "finished turn"), kept_.size() == 1 ? "is" : "are"));
  for (const auto* list : {&session_.kept, &session_.kept_steering}) {
    for (const KeptTurn& kept : *list) {
      if (tally_.knows(kept.record.id)) continue;
      TRY(session_.book->record_event("turn", lab::to_record(kept.record)));
      tally_.spent.add(kept.record);
    }
  }
  return {};
}

// A backend that learns gets what the book knows: the latest in the ledger's order, and from then on each as it is judged.
Status Run::teach() {
  std::vector<agent::Agent*> learners = team_->members();
  std::erase_if(learners, [](const agent::Agent* agent) { return !agent->capabilities().learns; });
  if (learners.empty()) return {};
  constexpr std::uint64_t k_most = 2000;
  const auto tell = [this, learners](const lab::Experiment& experiment) {
    agent::Observation observation{
        experiment.number, fs::path(experiment.file).filename().string(), {}, experiment.value};
    auto source = !experiment.sha256.empty() ? session_.book->blobs().get(experiment.sha256)
                                             : read_file(session_.place.folder / experiment.file, 4u << 20);
    if (source) observation.source = std::move(*source);
    for (agent::Agent* learner : learners) learner->observe(observation);
  };
  TRY_ASSIGN(auto known, session_.book->query({.limit = k_most, .order = lab::Query::Order::newest}));
  std::sort(known.begin(), known.end(),
            [](const lab::Experiment& a, const lab::Experiment& b) { return a.seq < b.seq; });
  for (const lab::Experiment& experiment : known) tell(experiment);
  session_.book->on_judged(tell);
  return {};
}

void Run::announce() {
  lab::RunStarted started;
  started.lab = session_.place.name;
  started.objective = session_.config.objective;
  started.continued = pending_.size() + kept_.size();
  started.planned = to_claim_ + started.continued;
  started.parallel = threads_;
  started.agent = plan_.agent;
  started.seed = plan_.seed;
  started.best = session_.book->best();
  if (auto history = session_.book->best_history(60)) started.history = std::move(*history);
  started.protection = session_.protection();
  session_.tell(started);
}

// ---- while it goes

std::optional<Run::Job> Run::claim() {
  const std::lock_guard lock(mutex_);
  if (failure_ || session_.interrupt.raised()) return std::nullopt;
  Job job;
  if (!pending_.empty()) {
    job.pending = std::move(pending_.front());
    pending_.pop_front();
  } else if (!kept_.empty()) {
    job.kept = std::move(kept_.front());
    kept_.pop_front();
  } else {
    if (to_claim_ == 0) return std::nullopt;
    if (options_.until && session_.clock.now() >= *options_.until) {
      summary_.ended_because = "the time given with --until has come";
      return std::nullopt;
    }
    --to_claim_;
  }
  job.attempt = ++attempts_;
  job.remaining = to_claim_;
  return job;
}

void Run::settle(Result<AttemptEnd> end) {
  const std::lock_guard lock(mutex_);
  if (!end && end.error().code == ErrorCode::goal_not_met) {
    to_claim_ = 0;
    nothing_left_ = true;
    summary_.ended_because = end.error().message;
    summary_.next = end.error().next;
    return;
  }
  if (!end) {
    if (end.error().code == ErrorCode::budget_spent) {  // the end of a run, and no failure
      to_claim_ = 0;
      summary_.budget_spent = true;
      summary_.ended_because = end.error().message;
      return;
    }
    // The first failure ends the run; "interrupted" of others is only its echo.
    if (!failure_ || failure_->code == ErrorCode::interrupted) failure_ = std::move(end.error());
    return;
  }
  if (*end != AttemptEnd::refused) {
    refusals_in_a_row_ = 0;
    return;
  }
  ++to_claim_;
  if (++refusals_in_a_row_ < k_refusals_in_a_row) return;
  to_claim_ = 0;
  summary_.ended_because = fmt::format("{} proposals in a row were refused", k_refusals_in_a_row);
}

// One of a team that cannot go on leaves its attempt to the others.
bool Run::others_go_on(const agent::Agent& agent, const Error& why) {
  const bool exhausted = agent.capabilities().free &&
                         (why.code == ErrorCode::goal_not_met || why.code == ErrorCode::misconfigured);
  if (!exhausted && why.code != ErrorCode::agent_unavailable) return false;
  const auto rested = team_->rest(agent, exhausted ? Team::Rest::until_new_best : Team::Rest::for_good);
  if (rested == Team::Rested::nobody_left) return false;
  if (rested == Team::Rested::now)
    session_.warn(fmt::format("{}; the others of the team go on", one_line(why)));
  const std::lock_guard lock(mutex_);
  ++to_claim_;
  return true;
}

Status Run::perform(AttemptContext& context, const Job& job) {
  std::optional<lab::Experiment> recorded;
  context.on_recorded = [&](const lab::Experiment& experiment) {
    recorded = experiment;
    const std::lock_guard lock(mutex_);
    summary_.add(experiment);
    if (experiment.verdict == lab::Verdict::accepted) team_->wake_rested();
  };
  agent::Agent* earlier = job.pending ? team_->named(job.pending->agent)
                          : job.kept  ? team_->named(job.kept->agent)
                                      : nullptr;
  context.agent =
      earlier != nullptr ? earlier : &team_->worker(plan_.seed, session_.book->proposals() + job.attempt);
  auto end = job.pending ? continue_attempt(context, job.attempt, *job.pending)
             : job.kept  ? recover_attempt(context, job.attempt, *job.kept)
                         : run_attempt(context, job.attempt, job.remaining);
  if (!end && !job.pending && !job.kept && others_go_on(*context.agent, end.error())) return {};
  settle(std::move(end));
  return recorded ? steering_->after(*recorded) : Status();
}

void Run::work() {
  AttemptContext context{
      session_, nullptr, turns_.get(), plan_.seed, *proposing_, {}, [this](const lab::Refusal& refusal) {
        const std::lock_guard lock(mutex_);
        summary_.add(refusal);
      }};
  while (const auto job = claim()) {
    if (const Status done = perform(context, *job); !done) settle(fail(done.error()));
  }
}

// Who works, and what it may cost.
Status Run::prepare() {
  // A resumption that names nobody goes on with those of the run that it resumes.
  if (!options_.resume_only || !options_.agents.empty()) plan_.agents = options_.agents;
  TRY_ASSIGN(team_, Team::make(session_, plan_.agents, to_claim_ + pending_.size() + kept_.size() > 0));
  plan_.agent = team_->describe();
  TRY_ASSIGN(agent::Prices prices, lab::load_prices());
  TRY(record_lifting(session_, tally_));
  const Caps caps = caps_of(session_, plan_, tally_);
  TRY(check_prices(session_, caps, *team_, prices,
                   options_.allow_unknown_cost ? UnknownCost::allowed : UnknownCost::refused));
  turns_ = std::make_unique<Turns>(session_, std::move(prices), caps, tally_);
  steering_ = std::make_unique<Steering>(session_, *team_, *turns_, plan_.seed, tally_);
  for (const KeptTurn& kept : session_.kept_steering) TRY(steering_->recover(kept));
  for (const std::string& role : session_.cut_off) TRY(steering_->take_again(role));
  return {};
}

Result<lab::RunSummary> Run::make() {
  summary_.lab = session_.place.name;
  summary_.objective = session_.config.objective;
  summary_.best_before = session_.book->best();
  TRY_ASSIGN(tally_, lab::read_tally(session_.place, session_.clock));
  TRY(plan());
  TRY(prepare());
  const std::uint64_t jobs = to_claim_ + pending_.size() + kept_.size();
  proposals_at_once_ = std::max(1u, options_.parallel.value_or(session_.config.parallel_proposals));
  threads_ = std::max(proposals_at_once_, options_.parallel.value_or(session_.config.parallel_evaluations));
  threads_ = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(jobs, 1, threads_));
  proposing_ = std::make_unique<std::counting_semaphore<>>(proposals_at_once_);
  TRY(teach());
  TRY(save_plan(session_.place, plan_));
  const auto& budget = session_.config.budget.usd;
  TRY(session_.book->record_event("run_started", Json{{"experiments", to_claim_},
                                                      {"continued", pending_.size() + kept_.size()},
                                                      {"parallel", threads_},
                                                      {"agent", plan_.agent},
                                                      {"seed", plan_.seed},
                                                      {"seal", session_.seal.id},
                                                      {"sealed", session_.seal.locked},
                                                      {"budget_usd", budget ? Json(*budget) : Json(nullptr)},
                                                      {"driver", session_.driver}}));
  crash_point("loop.started");
  announce();
  {
    std::vector<std::jthread> workers;
    for (std::uint32_t i = 1; i < threads_; ++i) workers.emplace_back([this] { work(); });
    work();
  }
  return finish();
}

// ---- the end

// What the run made and what it cost.
void Run::add_up() {
  std::sort(summary_.experiments.begin(), summary_.experiments.end(),
            [](const auto& a, const auto& b) { return a.seq < b.seq; });
  const lab::Spent spent = turns_->spent();
  summary_.cost_usd = spent.cost_usd();
  summary_.known_cost_usd = spent.usd;
  summary_.turns = spent.turns;
  summary_.unpriced_turns = spent.unpriced;
  summary_.tokens = spent.tokens;
  if (const auto champion = session_.book->champion(); champion && *champion) {
    summary_.best = **champion;
    const auto slash = summary_.best->parent.rfind('/');
    if (slash != std::string::npos) {
      if (const auto parent = session_.book->find(std::stoull(summary_.best->parent.substr(slash + 1)));
          parent && *parent)
        summary_.best_parent = (*parent)->value;
    }
  }
}

Result<lab::RunSummary> Run::finish() {
  add_up();
  if (!failure_ && session_.interrupt.raised()) failure_ = Error(ErrorCode::interrupted, "interrupted");
  if (failure_)
    summary_.ended_because = failure_->code == ErrorCode::interrupted ? "interrupted" : one_line(*failure_);
  summary_.seconds = std::chrono::duration<double>(session_.clock.steady() - started_).count();
  plan_.finished = summary_.ended_because.empty() || nothing_left_;
  if (const Status saved = save_plan(session_.place, plan_); !saved && !failure_) failure_ = saved.error();
  const Status ended = session_.book->record_event(
      "run_ended", Json{{"made", summary_.made}, {"because", summary_.ended_because}});
  if (!ended && !failure_) failure_ = ended.error();
  session_.tell(summary_);
  if (!failure_) return summary_;
  if (failure_->code == ErrorCode::interrupted && failure_->next.empty())
    failure_->next = fmt::format("leanlab run {} --resume", join_command(std::vector{session_.place.name}));
  return fail(std::move(*failure_));
}

}  // namespace

Result<lab::RunSummary> run_lab(const lab::Project& project, const lab::Place& place,
                                const RunOptions& options, const lab::EventSink& sink, const Clock& clock,
                                const Interrupt& interrupt) {
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  SessionOptions wanted{"run", options.parallel.value_or(config.parallel_evaluations), options.min_tier,
                        options.driver};
  TRY_ASSIGN(const auto session, Session::open(project, place, config, wanted, sink, clock, interrupt));
  TRY(rescore_champion(*session));
  return Run(*session, options).make();
}

}  // namespace leanlab::metric

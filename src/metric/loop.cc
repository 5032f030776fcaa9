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
#include "metric/attempt.h"
#include "metric/prompts.h"
#include "metric/rescore.h"
#include "metric/session.h"
#include "metric/team.h"
#include "metric/workspace.h"

namespace leanlab::metric {

namespace {

constexpr std::size_t k_kept_in_summary = 1000;
// A lab whose agent is refused again and again must not run for ever: refusals do not count towards N.
constexpr std::uint64_t k_refusals_in_a_row = 20;

// What a run was asked for, so that --resume can make the rest of it.
struct Plan {
  std::uint64_t experiments = 0;
  std::uint64_t after_number = 0;  ///< experiments up to this number are of earlier runs
  std::uint64_t seed = 0;
  std::string agent;
  bool finished = false;
};

fs::path plan_path(const lab::Place& place) {
  return place.state / "run.json";
}

Status save_plan(const lab::Place& place, const Plan& plan) {
  return write_file(plan_path(place), to_pretty(Json{{"version", 1},
                                                     {"experiments", plan.experiments},
                                                     {"after_number", plan.after_number},
                                                     {"seed", plan.seed},
                                                     {"agent", plan.agent},
                                                     {"finished", plan.finished}}));
}

std::optional<Plan> load_plan(const lab::Place& place) {
  const auto json = read_json(plan_path(place).string());
  if (!json || !json->is_object()) return std::nullopt;
  return Plan{json->value("experiments", std::uint64_t{0}), json->value("after_number", std::uint64_t{0}),
              json->value("seed", std::uint64_t{0}), json->value("agent", std::string()),
              json->value("finished", true)};
}

class Run {
 public:
  Run(Session& session, const RunOptions& options)
      : session_(session), options_(options), started_(session.clock.steady()) {}

  Result<lab::RunSummary> make();

 private:
  Status plan();
  Status teach();
  void work();
  bool claim(std::uint64_t& attempt, std::uint64_t& remaining, std::optional<lab::Experiment>& pending);
  void settle(Result<AttemptEnd> end);
  void announce();
  Result<lab::RunSummary> finish();

  Session& session_;
  const RunOptions& options_;
  const SteadyTime started_;
  std::unique_ptr<agent::Agent> agent_;
  agent::Patience patience_{session_.clock, agent::patience_options()};
  Plan plan_;
  std::uint32_t threads_ = 1;
  std::uint32_t proposals_at_once_ = 1;
  std::unique_ptr<std::counting_semaphore<>> proposing_;

  std::mutex mutex_;  // guards what follows
  std::deque<lab::Experiment> pending_;
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
  plan_ = {options_.experiments,
           session_.book->last_number(),
           options_.seed.value_or(entropy_seed() >> 33),
           {},
           false};
  to_claim_ = options_.experiments;
  if (options_.resume_only) {
    const auto earlier = load_plan(session_.place);
    if (!earlier || (earlier->finished && pending_.empty())) {
      session_.inform("there is no run to resume: the last one came to its end");
      to_claim_ = 0;
    } else {
      TRY_ASSIGN(const auto since,
                 session_.book->query({.after = earlier->after_number, .limit = earlier->experiments}));
      const auto made = static_cast<std::uint64_t>(std::count_if(
                            since.begin(), since.end(),
                            [](const lab::Experiment& e) { return e.origin == lab::Origin::run; })) +
                        pending_.size();
      plan_ = *earlier;
      to_claim_ = earlier->finished || made >= earlier->experiments ? 0 : earlier->experiments - made;
      if (options_.seed) plan_.seed = *options_.seed;
    }
  }
  if (!pending_.empty()) {
    session_.inform(fmt::format("{} of a run that was cut off {} judged first",
                                plural(pending_.size(), "experiment"), pending_.size() == 1 ? "is" : "are"));
  }
  return {};
}

// A backend that learns gets what the book knows: the latest in the ledger's order, and from then on each as it is judged.
Status Run::teach() {
  if (!agent_->capabilities().learns) return {};
  constexpr std::uint64_t k_most = 2000;
  const auto tell = [this](const lab::Experiment& experiment) {
    agent::Observation observation{
        experiment.number, fs::path(experiment.file).filename().string(), {}, experiment.value};
    auto source = !experiment.sha256.empty() ? session_.book->blobs().get(experiment.sha256)
                                             : read_file(session_.place.folder / experiment.file, 4u << 20);
    if (source) observation.source = std::move(*source);
    agent_->observe(observation);
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
  started.planned = to_claim_ + pending_.size();
  started.continued = pending_.size();
  started.parallel = threads_;
  started.agent = agent_->describe();
  started.seed = plan_.seed;
  started.best = session_.book->best();
  if (auto history = session_.book->best_history(60)) started.history = std::move(*history);
  started.protection = session_.protection();
  session_.tell(started);
}

// ---- while it goes

bool Run::claim(std::uint64_t& attempt, std::uint64_t& remaining, std::optional<lab::Experiment>& pending) {
  const std::lock_guard lock(mutex_);
  pending.reset();
  if (failure_ || session_.interrupt.raised()) return false;
  if (!pending_.empty()) {
    pending = pending_.front();
    pending_.pop_front();
  } else {
    if (to_claim_ == 0) return false;
    if (options_.until && session_.clock.now() >= *options_.until) {
      summary_.ended_because = "the time given with --until has come";
      return false;
    }
    --to_claim_;
  }
  attempt = ++attempts_;
  remaining = to_claim_;
  return true;
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

void Run::work() {
  AttemptContext context{session_,
                         agent_.get(),
                         &patience_,
                         plan_.seed,
                         *proposing_,
                         [this](const lab::Experiment& experiment) {
                           const std::lock_guard lock(mutex_);
                           ++summary_.made;
                           if (summary_.experiments.size() < k_kept_in_summary)
                             summary_.experiments.push_back(experiment);
                         },
                         [this](const lab::Refusal& refusal) {
                           const std::lock_guard lock(mutex_);
                           if (summary_.refused.size() < k_kept_in_summary)
                             summary_.refused.push_back(refusal);
                         }};
  std::uint64_t attempt = 0;
  std::uint64_t remaining = 0;
  std::optional<lab::Experiment> pending;
  while (claim(attempt, remaining, pending)) {
    settle(pending ? continue_attempt(context, attempt, *pending) : run_attempt(context, attempt, remaining));
  }
}

Result<lab::RunSummary> Run::make() {
  summary_.lab = session_.place.name;
  summary_.objective = session_.config.objective;
  summary_.best_before = session_.book->best();
  TRY(plan());
  proposals_at_once_ = std::max(1u, options_.parallel.value_or(session_.config.parallel_proposals));
  threads_ = std::max(proposals_at_once_, options_.parallel.value_or(session_.config.parallel_evaluations));
  threads_ = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(to_claim_ + pending_.size(), 1, threads_));
  proposing_ = std::make_unique<std::counting_semaphore<>>(proposals_at_once_);
  TRY_ASSIGN(agent_, choose_worker(session_, options_.agents, to_claim_ + pending_.size()));
  plan_.agent = agent_->describe();
  TRY(teach());
  TRY(save_plan(session_.place, plan_));
  TRY(session_.book->record_event("run_started", Json{{"experiments", to_claim_},
                                                      {"continued", pending_.size()},
                                                      {"parallel", threads_},
                                                      {"agent", plan_.agent},
                                                      {"seed", plan_.seed},
                                                      {"seal", session_.seal.id},
                                                      {"sealed", session_.seal.locked},
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

Result<lab::RunSummary> Run::finish() {
  std::sort(summary_.experiments.begin(), summary_.experiments.end(),
            [](const auto& a, const auto& b) { return a.seq < b.seq; });
  for (const lab::Experiment& experiment : summary_.experiments) {
    summary_.improved = summary_.improved || experiment.verdict == lab::Verdict::accepted;
    if (experiment.cost_usd) summary_.cost_usd = summary_.cost_usd.value_or(0) + *experiment.cost_usd;
    if (!experiment.tokens) continue;
    agent::Tokens sum = summary_.tokens.value_or(agent::Tokens{});
    sum.input += experiment.tokens->input;
    sum.output += experiment.tokens->output;
    sum.cache_read += experiment.tokens->cache_read;
    sum.cache_write += experiment.tokens->cache_write;
    summary_.tokens = sum;
  }
  if (const auto champion = session_.book->champion(); champion && *champion) {
    summary_.best = **champion;
    const auto slash = summary_.best->parent.rfind('/');
    if (slash != std::string::npos) {
      if (const auto parent = session_.book->find(std::stoull(summary_.best->parent.substr(slash + 1)));
          parent && *parent)
        summary_.best_parent = (*parent)->value;
    }
  }
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

Result<lab::RunSummary> submit_files(const lab::Project& project, const lab::Place& place,
                                     const std::vector<std::string>& files, const std::string& driver,
                                     const lab::EventSink& sink, const Clock& clock,
                                     const Interrupt& interrupt, std::optional<sandbox::Tier> min_tier) {
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  TRY_ASSIGN(const auto session,
             Session::open(project, place, config, {"submit", 1, min_tier, driver}, sink, clock, interrupt));
  TRY(rescore_champion(*session));
  lab::RunSummary summary;
  summary.lab = place.name;
  summary.objective = config.objective;
  summary.best_before = session->book->best();
  std::counting_semaphore<> proposing(1);
  AttemptContext context{*session,
                         nullptr,
                         nullptr,
                         entropy_seed() >> 33,
                         proposing,
                         [&](const lab::Experiment& experiment) {
                           ++summary.made;
                           summary.improved =
                               summary.improved || experiment.verdict == lab::Verdict::accepted;
                           summary.experiments.push_back(experiment);
                         },
                         [&](const lab::Refusal& refusal) { summary.refused.push_back(refusal); }};
  const auto started = clock.steady();
  std::uint64_t attempt = 0;
  TRY_ASSIGN(const auto pending, session->book->pending());
  for (const lab::Experiment& experiment : pending) TRY(continue_attempt(context, ++attempt, experiment));
  for (const std::string& file : files) TRY(submit_attempt(context, ++attempt, fs::absolute(file)));
  TRY_ASSIGN(summary.best, session->book->champion());
  summary.seconds = std::chrono::duration<double>(clock.steady() - started).count();
  session->tell(summary);
  return summary;
}

Result<std::string> dry_run(const lab::Project& project, const lab::Place& place, const RunOptions& options,
                            const Clock& clock) {
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  const Interrupt never;
  TRY_ASSIGN(const auto session,
             Session::open(project, place, config, {"dry run", 1, {}, options.driver}, {}, clock, never));
  TRY_ASSIGN(const Material material, pick(*session));
  TRY_ASSIGN(const Workspace workspace, make_workspace(*session, material, 0));
  auto prompt = worker_prompt(*session, material, workspace);
  TRY(remove_tree(workspace.folder));
  return prompt;
}

}  // namespace leanlab::metric

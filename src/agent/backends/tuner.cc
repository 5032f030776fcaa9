// Tuner: the embedded backend. It changes the constants that an experiment declares tunable; no model, no key, no network.
#include <algorithm>
#include <deque>
#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "agent/backends/make.h"
#include "agent/tunables/first_line.h"
#include "agent/tunables/tunables.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/strings.h"
#include "search/sampler.h"

namespace leanlab::agent {
namespace {

constexpr std::string_view k_prefix = "tuner: ";
constexpr std::size_t k_sentence_columns = 200;
constexpr std::size_t k_named_changes = 6;
/// Proposals whose results never come must not weigh for ever.
constexpr std::size_t k_most_pending = 512;

/// One set of tunables with what is known of it.
struct Study {
  explicit Study(search::Space space) : sampler(std::move(space)) {}
  search::Sampler sampler;
  struct Pending {
    std::uint64_t proposal;
    search::Point point;
  };
  std::deque<Pending> pending;
};

const char* reason(search::Method method) {
  switch (method) {
    case search::Method::sobol:
      return "Sobol, to cover the space evenly";
    case search::Method::tpe:
      return "TPE, like the good ones and unlike the bad";
    case search::Method::polish:
      return "polish, expected to improve on the best";
    case search::Method::enumeration:
      return "one of the last combinations left";
  }
  return "";
}

Error nothing_tunable(const std::string& file) {
  return Error(
             ErrorCode::misconfigured,
             fmt::format(
                 "nothing tunable in {}: the tuner changes constants that a trailing comment declares", file))
      .at("for example:  TILE = 32  # tune: 1..256 int log\n"
          "              const float rate = 0.1f;  // tune: 0.001..1.0 log\n"
          "              order = \"ijk\"  # tune: {ijk, ikj, jki}\n"
          "              shuffle = True  # tune: bool")
      .then(fmt::format("add such comments to {}, or choose another agent with --agent", file));
}

class Tuner : public Agent {
 public:
  explicit Tuner(Direction direction) : direction_(direction) {}

  std::string describe() const override { return "tuner"; }
  Capabilities capabilities() const override {
    return {.sessions = false,
            .reports_cost = true,
            .learns = true,
            .can_repair = false,
            .free = true,
            .roles = {Role::worker}};
  }
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) override;
  void observe(const Observation& observation) override;
  void forget(std::uint64_t proposal) override;

 private:
  /// The parent if it has something to tune, else the best experiment so far that has.
  Result<Tunables> start(const TurnRequest& request);
  Result<search::Suggestion> choose(const Tunables& tunables, const TurnRequest& request);
  Study& study(const Tunables& tunables);

  Direction direction_;
  std::mutex mutex_;
  std::map<std::string, Study> studies_;  ///< by signature
  std::optional<double> best_loss_;
  std::string best_source_, best_file_;
};

Study& Tuner::study(const Tunables& tunables) {
  return studies_.try_emplace(tunables.signature(), tunables.space()).first->second;
}

void Tuner::observe(const Observation& observation) {
  const auto tunables = Tunables::parse(observation.source, observation.file);
  if (!tunables || tunables->empty()) return;
  std::optional<double> loss = observation.value;
  if (loss && direction_ == Direction::maximise) loss = -*loss;
  const std::lock_guard lock(mutex_);
  Study& known = study(*tunables);
  known.sampler.observe(tunables->point(), loss);
  const std::uint64_t key = search::Space::key(tunables->point());
  const auto same = std::find_if(known.pending.begin(), known.pending.end(),
                                 [&](const Study::Pending& p) { return search::Space::key(p.point) == key; });
  if (same != known.pending.end()) known.pending.erase(same);
  if (loss && (!best_loss_ || *loss < *best_loss_)) {
    best_loss_ = loss;
    best_source_ = observation.source;
    best_file_ = observation.file;
  }
}

void Tuner::forget(std::uint64_t proposal) {
  const std::lock_guard lock(mutex_);
  for (auto& [signature, known] : studies_)
    std::erase_if(known.pending, [&](const Study::Pending& p) { return p.proposal == proposal; });
}

Result<Tunables> Tuner::start(const TurnRequest& request) {
  std::string source, file;
  if (!request.parent_file.empty()) {
    TRY_ASSIGN(source, read_file(request.workspace / request.parent_file),
               "while reading the parent experiment");
    TRY_ASSIGN(Tunables parent, Tunables::parse(source, request.parent_file));
    if (!parent.empty()) return parent;
  }
  {
    const std::lock_guard lock(mutex_);
    source = best_source_;
    file = best_file_;
  }
  if (source.empty())
    return fail(nothing_tunable(request.parent_file.empty() ? "the experiments" : request.parent_file));
  return Tunables::parse(source, file);
}

Result<search::Suggestion> Tuner::choose(const Tunables& tunables, const TurnRequest& request) {
  const std::lock_guard lock(mutex_);
  Study& known = study(tunables);
  std::erase_if(known.pending, [&](const Study::Pending& p) { return p.proposal == request.proposal; });
  std::vector<search::Point> pending;
  for (const Study::Pending& p : known.pending) pending.push_back(p.point);
  auto suggestion = known.sampler.suggest(
      {.seed = request.seed, .index = request.proposal, .pending = pending, .remaining = request.remaining});
  if (!suggestion) {
    return fail(Error(ErrorCode::goal_not_met,
                      pending.empty() ? fmt::format("all {} of the tunables have been tried",
                                                    plural(known.sampler.history().count(), "combination"))
                                      : "the last combinations of the tunables are being tried")
                    .then("widen a domain, or declare more constants tunable"));
  }
  known.pending.push_back({request.proposal, suggestion->point});
  if (known.pending.size() > k_most_pending) known.pending.pop_front();
  return std::move(*suggestion);
}

Result<Turn> Tuner::take_turn(const TurnRequest& request, const Interrupt& interrupt) {
  TRY(interrupt.check());
  if (request.role != Role::worker) {
    return fail(ErrorCode::unsupported, "the tuner can only be a worker, not a {}", name(request.role));
  }
  TRY_ASSIGN(const Tunables tunables, start(request));
  TRY_ASSIGN(const search::Suggestion suggestion, choose(tunables, request));
  TRY_ASSIGN(const std::string source, tunables.rewrite(suggestion.point));
  const std::string changes =
      tunables.changes(suggestion.point, k_named_changes, names_an_encoding(source) ? "->" : "→");
  const std::string sentence = clip(
      fmt::format("{}; {}", changes.empty() ? "its parent's values" : changes, reason(suggestion.method)),
      k_sentence_columns);
  const fs::path target = request.workspace / request.suggested_file;
  TRY(make_directories(target.parent_path()));
  TRY(write_file(target,
                 with_first_line(source, request.suggested_file, tunables.marker(), k_prefix, sentence)),
      "while writing the experiment");
  Json report;
  report["experiment_file"] = request.suggested_file;
  report["valid"] = true;
  report["notes"] = sentence;
  Turn turn;
  turn.reply = to_line(report);
  turn.cost_usd = 0.0;
  turn.transcript = turn.reply + "\n";
  return turn;
}

}  // namespace

Result<std::unique_ptr<Agent>> make_tuner(const BackendOptions& options) {
  if (!options.argument.empty()) {
    return fail(Error(ErrorCode::usage, fmt::format("the tuner takes no model: 'tuner:{}'", options.argument))
                    .then("write --agent tuner"));
  }
  return std::make_unique<Tuner>(options.direction);
}

}  // namespace leanlab::agent

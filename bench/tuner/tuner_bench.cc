// tuner_bench: our sampler against random search and Optuna's TPE: same problems, paired seeds, same number of evaluations.
// Usage: tuner_bench [--held-out | --digits] [--seeds N] [--only NAME] [--no-polish]. Prints a Markdown table.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/random.h"
#include "bench/tuner/optuna_port.h"
#include "bench/tuner/problems.h"
#include "bench/tuner/spaces.h"
#include "search/sampler.h"

namespace leanlab::bench {
namespace {

constexpr std::uint64_t k_budgets[] = {60, 120};

/// Evaluates, adds noise, and remembers the point that looked best.
class Evaluation {
 public:
  Evaluation(const Problem& problem, std::uint64_t seed)
      : problem_(problem), noise_(derive_seed(seed, "noise", 0)) {}
  std::optional<double> operator()(const Point& point) {
    ++count_;
    if (problem_.valid && !problem_.valid(point)) return std::nullopt;
    const double loss = problem_.loss(point);
    const double seen = loss + (problem_.noise > 0 ? problem_.noise * noise_.normal() : 0);
    if (seen < best_seen_) {
      best_seen_ = seen;
      regret_ = loss - problem_.minimum;
    }
    return seen;
  }
  [[nodiscard]] double regret() const { return regret_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  const Problem& problem_;
  Random noise_;
  std::uint64_t count_ = 0;
  double best_seen_ = std::numeric_limits<double>::infinity();
  double regret_ = std::numeric_limits<double>::infinity();
};

/// Regret for each budget.
using Regrets = std::map<std::uint64_t, double>;

Regrets run_random(const Problem& problem, std::uint64_t seed) {
  Evaluation evaluate(problem, seed);
  Random random(derive_seed(seed, "random", 0));
  Regrets result;
  for (const std::uint64_t budget : k_budgets) {
    while (evaluate.count() < budget) {
      std::vector<double> units(problem.space.size());
      for (double& u : units) u = random.uniform();
      evaluate(problem.space.from_units(units));
    }
    result[budget] = evaluate.regret();
  }
  return result;
}

Regrets run_optuna(const Problem& problem, std::uint64_t seed, OptunaPort& optuna) {
  Evaluation evaluate(problem, seed);
  optuna.begin(problem.space, seed);
  Regrets result;
  for (const std::uint64_t budget : k_budgets) {
    while (evaluate.count() < budget) optuna.tell(evaluate(optuna.ask(problem.space)));
    result[budget] = evaluate.regret();
  }
  return result;
}

/// Ours knows how much is left, so each budget is a run of its own.
Regrets run_ours(const Problem& problem, std::uint64_t seed, const search::SamplerOptions& options) {
  Regrets result;
  for (const std::uint64_t budget : k_budgets) {
    Evaluation evaluate(problem, seed);
    search::Sampler sampler(problem.space, options);
    while (evaluate.count() < budget) {
      const auto s = sampler.suggest({.seed = seed,
                                      .index = evaluate.count(),
                                      .pending = {},
                                      .remaining = budget - evaluate.count() - 1});
      if (!s) break;
      sampler.observe(s->point, evaluate(s->point));
    }
    result[budget] = evaluate.regret();
  }
  return result;
}

struct Options {
  std::string list = "development", only;
  std::uint64_t seeds = 30;
  bool optuna = true;
  search::SamplerOptions sampler;
};

std::string spread(std::vector<double> values) {
  if (values.empty()) return "-";
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
  };
  return fmt::format("{:.3g} ({:.2g} to {:.2g})", at(0.5), at(0.25), at(0.75));
}
double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

struct Totals {
  int rows = 0, better = 0, worse = 0;
};

void report(const Problem& problem, const Options& options, OptunaPort* optuna, Totals& totals) {
  std::map<std::uint64_t, std::vector<double>> random, theirs, ours;
  std::map<std::uint64_t, int> wins, losses;
  for (std::uint64_t seed = 0; seed < options.seeds; ++seed) {
    const Regrets r = run_random(problem, seed), o = run_ours(problem, seed, options.sampler);
    const Regrets t = optuna != nullptr ? run_optuna(problem, seed, *optuna) : Regrets();
    for (const std::uint64_t budget : k_budgets) {
      random[budget].push_back(r.at(budget));
      ours[budget].push_back(o.at(budget));
      if (optuna == nullptr) continue;
      theirs[budget].push_back(t.at(budget));
      wins[budget] += o.at(budget) < t.at(budget);
      losses[budget] += o.at(budget) > t.at(budget);
    }
  }
  for (const std::uint64_t budget : k_budgets) {
    ++totals.rows;
    totals.better += optuna != nullptr && median(ours[budget]) < median(theirs[budget]);
    totals.worse += optuna != nullptr && median(ours[budget]) > median(theirs[budget]);
    fmt::print("| {} | {} | {} | {} | {} | {} | {} : {} |\n", problem.name, problem.kind, budget,
               spread(random[budget]), spread(theirs[budget]), spread(ours[budget]), wins[budget],
               losses[budget]);
  }
  std::fflush(stdout);
}

Problem digits(OptunaPort& optuna) {
  return {
      "digits (SVC)", "real lab",
      space_of({choice("kernel", 3), real("C", 1e-3, 1e3, Scale::log),
                when(real("gamma", 1e-6, 1, Scale::log), 0, {1, 2}), when(whole("degree", 2, 5), 0, {2})}),
      [&optuna](const Point& p) { return optuna.digits_error(p); }};
}

void usage() {
  fmt::print(
      stderr,
      "usage: tuner_bench [--held-out | --digits] [--seeds N] [--only NAME] [--no-polish] [--no-optuna]\n");
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--held-out" || word == "--digits") {
      options.list = word.substr(2);
    } else if (word == "--seeds" && i + 1 < argc) {
      options.seeds = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--only" && i + 1 < argc) {
      options.only = argv[++i];
    } else if (word == "--no-polish") {
      options.sampler.polish = false;
    } else if (word == "--no-optuna") {
      options.optuna = false;
    } else {
      usage();
    }
  }
  return options;
}

int run(const Options& options) {
  std::unique_ptr<OptunaPort> optuna;
  if (options.optuna || options.list == "digits")
    optuna = std::make_unique<OptunaPort>(LEANLAB_OPTUNA_SERVER);
  std::vector<Problem> problems;
  if (options.list == "digits") {
    problems.push_back(digits(*optuna));
  } else {
    problems = options.list == "held-out" ? held_out_problems() : development_problems();
  }
  fmt::print(
      "Median regret (and quartiles) over {} paired seeds; Optuna {}; last column: seeds where ours was "
      "better : worse than Optuna.\n\n",
      options.seeds, options.optuna ? optuna->version() : "not run");
  fmt::print(
      "| problem | kind | evaluations | random | Optuna TPE | leanlab | better : worse "
      "|\n|---|---|---|---|---|---|---|\n");
  Totals totals;
  for (const Problem& problem : problems) {
    if (!options.only.empty() && problem.name != options.only) continue;
    report(problem, options, options.optuna ? optuna.get() : nullptr, totals);
  }
  fmt::print("\nMedian better than Optuna's in {} of {} rows, worse in {}.\n", totals.better, totals.rows,
             totals.worse);
  return 0;
}

}  // namespace
}  // namespace leanlab::bench

int main(int argc, char** argv) {
  return leanlab::bench::run(leanlab::bench::read_options(argc, argv));
}

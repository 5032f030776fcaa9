// tuner_bench: our sampler against random search and Optuna's TPE and CMA-ES: same problems, paired seeds, same number of evaluations.
// Usage: tuner_bench [--held-out | --digits | --house-prices] [--seeds N] [--only NAME] [--no-polish]. Prints a Markdown table.
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

Regrets run_optuna(const Problem& problem, std::uint64_t seed, OptunaPort& optuna, const char* sampler) {
  Evaluation evaluate(problem, seed);
  optuna.begin(problem.space, seed, sampler);
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

/// Regrets of one method over the seeds, for each budget.
using Samples = std::map<std::uint64_t, std::vector<double>>;

void keep(Samples& samples, const Regrets& regrets) {
  for (const auto& [budget, regret] : regrets) samples[budget].push_back(regret);
}

/// "12 : 3": in how many seeds ours was better and worse.
std::string duels(const std::vector<double>& ours, const std::vector<double>& theirs) {
  int better = 0, worse = 0;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    better += ours[i] < theirs[i];
    worse += ours[i] > theirs[i];
  }
  return theirs.empty() ? "-" : fmt::format("{} : {}", better, worse);
}

void report(const Problem& problem, const Options& options, OptunaPort* optuna, Totals& totals) {
  Samples random, tpe, cmaes, ours;
  for (std::uint64_t seed = 0; seed < options.seeds; ++seed) {
    keep(random, run_random(problem, seed));
    keep(ours, run_ours(problem, seed, options.sampler));
    if (optuna == nullptr) continue;
    keep(tpe, run_optuna(problem, seed, *optuna, "tpe"));
    keep(cmaes, run_optuna(problem, seed, *optuna, "cmaes"));
  }
  for (const std::uint64_t budget : k_budgets) {
    ++totals.rows;
    const double best_of_theirs = std::min(median(tpe[budget]), median(cmaes[budget]));
    totals.better += optuna != nullptr && median(ours[budget]) < best_of_theirs;
    totals.worse += optuna != nullptr && median(ours[budget]) > best_of_theirs;
    fmt::print("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", problem.name, problem.kind, budget,
               spread(random[budget]), spread(tpe[budget]), spread(cmaes[budget]), spread(ours[budget]),
               duels(ours[budget], tpe[budget]), duels(ours[budget], cmaes[budget]));
  }
  std::fflush(stdout);
}

Problem digits(OptunaPort& optuna) {
  return {
      "digits (SVC)", "real lab",
      space_of({choice("kernel", 3), real("C", 1e-3, 1e3, Scale::log),
                when(real("gamma", 1e-6, 1, Scale::log), 0, {1, 2}), when(whole("degree", 2, 5), 0, {2})}),
      [&optuna](const Point& p) { return optuna.lab_loss("digits", p); }};
}

Problem house_prices(OptunaPort& optuna) {
  return {"house-prices (boosting)", "real lab",
          space_of({real("rate", 0.01, 0.6, Scale::log), whole("leaves", 3, 64), whole("rounds", 20, 120),
                    real("l2", 1e-6, 10, Scale::log), whole("leaf size", 2, 60)}),
          [&optuna](const Point& p) { return optuna.lab_loss("house-prices", p); }};
}

void usage() {
  fmt::print(stderr,
             "usage: tuner_bench [--held-out | --digits | --house-prices] [--seeds N] [--only NAME] "
             "[--no-polish] [--no-optuna]\n");
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--held-out" || word == "--digits" || word == "--house-prices") {
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
  const bool lab = options.list == "digits" || options.list == "house-prices";
  if (options.optuna || lab) optuna = std::make_unique<OptunaPort>(LEANLAB_OPTUNA_SERVER);
  std::vector<Problem> problems;
  if (lab) {
    problems.push_back(options.list == "digits" ? digits(*optuna) : house_prices(*optuna));
  } else {
    problems = options.list == "held-out" ? held_out_problems() : development_problems();
  }
  fmt::print(
      "Median regret (and quartiles) over {} paired seeds; Optuna {}; the last columns: seeds where ours was "
      "better : worse than Optuna's TPE, than its CMA-ES.\n\n",
      options.seeds, options.optuna ? optuna->version() : "not run");
  fmt::print(
      "| problem | kind | evaluations | random | Optuna TPE | Optuna CMA-ES | leanlab | to TPE | to CMA-ES "
      "|\n|---|---|---|---|---|---|---|---|---|\n");
  Totals totals;
  for (const Problem& problem : problems) {
    if (!options.only.empty() && problem.name != options.only) continue;
    report(problem, options, options.optuna ? optuna.get() : nullptr, totals);
  }
  fmt::print("\nMedian better than the better one of Optuna's in {} of {} rows, worse in {}.\n",
             totals.better, totals.rows, totals.worse);
  return 0;
}

}  // namespace
}  // namespace leanlab::bench

int main(int argc, char** argv) {
  return leanlab::bench::run(leanlab::bench::read_options(argc, argv));
}

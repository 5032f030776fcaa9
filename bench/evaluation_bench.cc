// What judging apart costs: one whole evaluation in one process and in two, by tier, in turn; and a large array
// there and back through the pipes. Argument: number of rounds (20). Needs python3; the arrays need numpy.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/fs.h"
#include "lab/evaluate.h"
#include "sandbox/probe.h"

namespace {

using namespace leanlab;

constexpr const char* k_evaluator = R"(
import importlib.util, sys
spec = importlib.util.spec_from_file_location("experiment", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print('{"m": %r}' % module.value())
)";
constexpr const char* k_arrays = R"(
import importlib.util, sys, time
import numpy
spec = importlib.util.spec_from_file_location("experiment", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
x = numpy.random.default_rng(0).random((100_000, 20))
module.echo(x)
start = time.perf_counter()
for _ in range(5):
    y = module.echo(x)
assert (x == y).all()
print('{"m": %r}' % ((time.perf_counter() - start) / 5 * 1e3))
)";
constexpr const char* k_experiment = "def value(): return 1.0\ndef echo(x): return x\n";

struct Contender {
  std::string name;
  lab::Level level;
  sandbox::Tier tier;
  std::vector<double> milliseconds;
};

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

std::vector<Contender> contenders() {
  using lab::Level;
  using sandbox::Tier;
  std::vector<Contender> all = {{"one process, tier C", Level::in_process, Tier::C, {}}};
  for (const Tier tier : {Tier::B, Tier::A}) {
    const auto& found = tier == Tier::A ? sandbox::probe().a : sandbox::probe().b;
    if (!found.available) continue;
    all.push_back({fmt::format("one process, tier {}", name(tier)), Level::in_process, tier, {}});
    all.push_back({fmt::format("two processes, tier {}", name(tier)), Level::proxied, tier, {}});
  }
  return all;
}

class Bench {
 public:
  Bench(fs::path lab, const char* evaluator) : lab_(std::move(lab)) {
    for (const char* folder : {"experiments", "scratch"}) static_cast<void>(make_directories(lab_ / folder));
    static_cast<void>(write_file(lab_ / "evaluation.py", evaluator));
    static_cast<void>(write_file(lab_ / "experiments/e.py", k_experiment));
    config_ = *lab::parse_config(
        R"({"objective": {"metric": "m"}, "eval_cmd": "/usr/bin/python3 evaluation.py {file}"})", "lab.json");
    seal_ = *lab::make_seal({"lab", lab_, lab_ / "state"}, config_);
  }

  /// The metric, or nothing when it failed.
  std::optional<double> once(const Contender& contender) {
    const Interrupt interrupt;
    const auto made =
        lab::evaluate({.command = config_.eval_cmd,
                       .file = "experiments/e.py",
                       .lab = lab_,
                       .seal = &seal_,
                       .tier = contender.tier},
                      config_, {contender.level, lab_ / "scratch", std::nullopt}, *executor_, interrupt);
    if (made && made->judgement.value) return made->judgement.value;
    fmt::print(stderr, "{}: {}\n", contender.name, made ? made->judgement.reason : one_line(made.error()));
    return std::nullopt;
  }

 private:
  fs::path lab_;
  lab::Config config_;
  lab::Seal seal_;
  std::unique_ptr<exec::Executor> executor_ = exec::make_local_executor({});
};

void print(const char* title, const std::vector<Contender>& all) {
  fmt::print("\n| {} | median ms | 10 % to 90 % | to the first |\n|---|---|---|---|\n", title);
  const double first = quantile(all.front().milliseconds, 0.5);
  for (const Contender& contender : all) {
    const double median = quantile(contender.milliseconds, 0.5);
    fmt::print("| {} | {:.2f} | {:.2f} to {:.2f} | {:.2f} |\n", contender.name, median,
               quantile(contender.milliseconds, 0.1), quantile(contender.milliseconds, 0.9), median / first);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 20;
  const auto folder = TempDirectory::make();
  if (!folder) return 1;
  Bench plain(folder->path() / "plain", k_evaluator);
  Bench arrays(folder->path() / "arrays", k_arrays);
  auto whole = contenders(), copies = contenders();
  for (int round = -2; round < rounds; ++round) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const auto start = std::chrono::steady_clock::now();
      if (!plain.once(whole[i])) return 1;
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
      if (round >= 0) whole[i].milliseconds.push_back(took.count());
      if (round < 0 || round % 4 != 0) continue;
      const auto echoed = arrays.once(copies[i]);
      if (!echoed) return 1;
      copies[i].milliseconds.push_back(*echoed);
    }
  }
  print("one evaluation that does nothing", whole);
  print("100,000 x 20 doubles there and back", copies);
  return 0;
}

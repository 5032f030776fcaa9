// What isolation costs: `true` spawned bare, in tiers C, B and A, and by bubblewrap, pair by pair in turn.
// Prints medians of time and processor time, their spread, and the ratio to a bare spawn and to bubblewrap.
// Arguments: number of rounds (200), and the name of the only contender to run, for a profiler.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/process.h"
#include "sandbox/launch.h"
#include "sandbox/policies.h"
#include "sandbox/probe.h"

namespace {

using namespace leanlab;

struct Contender {
  std::string name;
  std::function<bool()> once;
  std::vector<double> milliseconds;
  std::vector<double> cpu_milliseconds;  // on a machine that others use too, it says more than the time
};

// A contender may leave its inner processes to whoever comes next above it (bubblewrap does): only who reaps them is told
// what they used.
void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}
void reap_orphans() {
  while (::wait(nullptr) > 0 || errno == EINTR) {
  }
}

// What this process and all children that it waited for have used so far.
double cpu_used_ms() {
  double total = 0;
  for (const auto whose : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(whose, &usage);
    for (const timeval& t : {usage.ru_utime, usage.ru_stime})
      total += static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  }
  return total;
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

bool bare(std::vector<std::string> argv) {
  SpawnRequest request;
  request.argv = std::move(argv);
  auto process = spawn(request);
  return process && process->wait().ok();
}

bool contained(sandbox::Tier tier) {
  sandbox::Limits limits;
  limits.wall = std::chrono::seconds(60);
  limits.memory_bytes = 1 << 30;
  limits.processes = 64;
  sandbox::Command command;
  command.argv = {"/bin/true"};
  command.cwd = "/usr";
  command.env = {{"PATH", "/usr/bin:/bin"}};
  const Interrupt interrupt;
  const auto outcome = sandbox::run(sandbox::in_process_policy({}, limits), command, tier, interrupt);
  return outcome && outcome->status.ok();
}

std::vector<Contender> contenders() {
  std::vector<Contender> all = {{"bare spawn", [] { return bare({"/bin/true"}); }, {}},
                                {"tier C", [] { return contained(sandbox::Tier::C); }, {}}};
  if (sandbox::probe().b.available) all.push_back({"tier B", [] { return contained(sandbox::Tier::B); }, {}});
  if (sandbox::probe().a.available) all.push_back({"tier A", [] { return contained(sandbox::Tier::A); }, {}});
  const std::vector<std::string> bwrap = {
      "bwrap",  "--unshare-all", "--ro-bind", "/usr", "/usr",      "--symlink", "usr/bin",
      "/bin",   "--symlink",     "usr/lib",   "/lib", "--symlink", "usr/lib64", "/lib64",
      "--proc", "/proc",         "--dev",     "/dev", "--tmpfs",   "/tmp",      "/bin/true"};
  if (!find_program("bwrap").empty() && bare(bwrap))
    all.push_back({"bubblewrap", [bwrap] { return bare(bwrap); }, {}});
  return all;
}

std::string spread(const std::vector<double>& values) {
  return fmt::format("{:.2f} | {:.2f} to {:.2f}", quantile(values, 0.5), quantile(values, 0.1),
                     quantile(values, 0.9));
}

void print(const std::vector<Contender>& all, int rounds) {
  fmt::print(
      "| spawn of true, {} rounds in turn | CPU ms, median | 10 % to 90 % | to bare | to bubblewrap "
      "| ms, median | 10 % to 90 % | to bare | to bubblewrap "
      "|\n|---|---:|---|---:|---:|---:|---|---:|---:|\n",
      rounds);
  const auto ratio = [](const std::vector<double>& values, const std::vector<double>& anchor) {
    return quantile(values, 0.5) / quantile(anchor, 0.5);
  };
  const auto ratios = [&](const Contender& contender, auto values) {
    const bool has_bwrap = all.back().name == "bubblewrap";
    return fmt::format(
        "{:.2f} | {}", ratio(contender.*values, all.front().*values),
        has_bwrap ? fmt::format("{:.2f}", ratio(contender.*values, all.back().*values)) : "not here");
  };
  for (const Contender& contender : all) {
    fmt::print("| {} | {} | {} | {} | {} |\n", contender.name, spread(contender.cpu_milliseconds),
               ratios(contender, &Contender::cpu_milliseconds), spread(contender.milliseconds),
               ratios(contender, &Contender::milliseconds));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 200;
  auto all = contenders();
  if (argc > 2) std::erase_if(all, [&](const Contender& one) { return one.name != argv[2]; });
  if (all.empty()) return 2;
  adopt_orphans();
  for (int round = -5; round < rounds; ++round) {
    for (Contender& contender : all) {
      const double cpu_before = cpu_used_ms();
      const auto start = std::chrono::steady_clock::now();
      if (!contender.once()) {
        fmt::print(stderr, "{} failed\n", contender.name);
        return 1;
      }
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
      reap_orphans();
      if (round < 0) continue;
      contender.milliseconds.push_back(took.count());
      contender.cpu_milliseconds.push_back(cpu_used_ms() - cpu_before);
    }
  }
  print(all, rounds);
  return 0;
}

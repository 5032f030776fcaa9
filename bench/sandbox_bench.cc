// What isolation costs: `true` spawned bare, in tiers C, B and A, and by bubblewrap, in turn.
// Prints medians of time and processor time, their spread, and the ratio to a bare spawn and to bubblewrap.
// Arguments: number of blocks (20) and of spawns in each (50). With `--block NAME SPAWNS` one block, for a profiler.
//
// Each block is a process of its own, whose use the kernel adds up with that of all that it waited for: also of processes that
// serve many spawns, and of those that a contender leaves to whoever comes next above it, as bubblewrap does.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/fs.h"
#include "base/process.h"
#include "sandbox/launch.h"
#include "sandbox/policies.h"
#include "sandbox/probe.h"

namespace {

using namespace leanlab;

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

bool bubblewrap() {
  return bare({"bwrap",  "--unshare-all", "--ro-bind", "/usr", "/usr",      "--symlink", "usr/bin",
               "/bin",   "--symlink",     "usr/lib",   "/lib", "--symlink", "usr/lib64", "/lib64",
               "--proc", "/proc",         "--dev",     "/dev", "--tmpfs",   "/tmp",      "/bin/true"});
}

struct Contender {
  std::string name;
  std::function<bool()> once;
  std::vector<double> milliseconds = {};
  std::vector<double> cpu_milliseconds = {};  // where others use the machine, it says more than the time
};

std::vector<Contender> all_contenders() {
  return {{"nothing", [] { return true; }},
          {"bare spawn", [] { return bare({"/bin/true"}); }},
          {"tier C", [] { return contained(sandbox::Tier::C); }},
          {"tier B", [] { return contained(sandbox::Tier::B); }},
          {"tier A", [] { return contained(sandbox::Tier::A); }},
          {"bubblewrap", bubblewrap}};
}

int run_block(const std::string& name, int spawns) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const Contender& contender : all_contenders()) {
    if (contender.name != name) continue;
    for (int i = 0; i < spawns; ++i) {
      const auto start = std::chrono::steady_clock::now();
      if (!contender.once()) return 1;
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
      fmt::print("{}\n", took.count());
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
    }
    return 0;
  }
  return 2;
}

// Adds the times of one block; false when the contender cannot be had here.
bool add_block(Contender& contender, int spawns, double cpu_of_nothing) {
  SpawnRequest request;
  request.argv = {executable_path().string(), "--block", contender.name, std::to_string(spawns)};
  const auto output = run_program(request, std::chrono::minutes(10));
  if (!output || !output->status.ok()) return false;
  std::istringstream times(output->out);
  for (double one = 0; times >> one;) contender.milliseconds.push_back(one);
  const double cpu = std::chrono::duration<double, std::milli>(output->status.cpu).count();
  contender.cpu_milliseconds.push_back((cpu - cpu_of_nothing) / spawns);
  return true;
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

std::string spread(const std::vector<double>& values) {
  return fmt::format("{:.2f} | {:.2f} to {:.2f}", quantile(values, 0.5), quantile(values, 0.1),
                     quantile(values, 0.9));
}

void print(const std::vector<Contender>& all, int spawns) {
  fmt::print(
      "| spawn of true | CPU ms, median | 10 % to 90 % of {} blocks | to bare | to bubblewrap "
      "| ms, median | 10 % to 90 % of {} spawns | to bare | to bubblewrap |\n"
      "|---|---:|---|---:|---:|---:|---|---:|---:|\n",
      all.front().cpu_milliseconds.size(),
      all.front().cpu_milliseconds.size() * static_cast<std::size_t>(spawns));
  const auto ratios = [&](const Contender& contender, auto values) {
    const double median = quantile(contender.*values, 0.5);
    const bool has_bwrap = all.back().name == "bubblewrap";
    return fmt::format(
        "{:.2f} | {}", median / quantile(all.front().*values, 0.5),
        has_bwrap ? fmt::format("{:.2f}", median / quantile(all.back().*values, 0.5)) : "not here");
  };
  for (const Contender& contender : all) {
    fmt::print("| {} | {} | {} | {} | {} |\n", contender.name, spread(contender.cpu_milliseconds),
               ratios(contender, &Contender::cpu_milliseconds), spread(contender.milliseconds),
               ratios(contender, &Contender::milliseconds));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--block") return run_block(argv[2], std::atoi(argv[3]));
  const int blocks = argc > 1 ? std::atoi(argv[1]) : 20, spawns = argc > 2 ? std::atoi(argv[2]) : 50;
  std::vector<Contender> all = all_contenders();
  std::erase_if(all, [](Contender& one) { return !add_block(one, 1, 0); });  // also warms all up
  Contender nothing = std::move(all.front());
  all.erase(all.begin());
  for (Contender& contender : all) contender.milliseconds.clear(), contender.cpu_milliseconds.clear();
  nothing.cpu_milliseconds.clear();
  for (int block = 0; block < blocks; ++block) {
    if (!add_block(nothing, 1, 0)) return 1;
    for (Contender& contender : all) {
      if (!add_block(contender, spawns, quantile(nothing.cpu_milliseconds, 0.5))) {
        fmt::print(stderr, "{} failed\n", contender.name);
        return 1;
      }
    }
  }
  print(all, spawns);
  return 0;
}

// Support of the sandbox's tests: a shell command under a policy, and whether a marked process is still alive.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "base/fs.h"
#include "sandbox/launch.h"

namespace leanlab::sandbox::testing {

/// `sh -c script` in /tmp with a usual environment.
inline Command shell(const std::string& script) {
  Command command;
  command.argv = {"sh", "-c", script};
  command.cwd = "/tmp";
  command.env = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"LANG", "C.UTF-8"}};
  return command;
}

/// A policy with a wall limit that no passing test reaches.
inline Policy generous() {
  Policy policy;
  policy.limits.wall = std::chrono::seconds(60);
  return policy;
}

/// How many processes have `word` among their arguments.
inline int processes_with_argument(const std::string& word) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name[0] < '0' || name[0] > '9') continue;
    const auto text = read_file(entry.path() / "cmdline");
    if (!text) continue;
    const std::string padded = std::string(1, '\0') + *text;
    if (padded.find(std::string(1, '\0') + word + std::string(1, '\0')) != std::string::npos) ++found;
  }
  return found;
}

/// Runs commands in the tier of the parameter; skips where it cannot be had.
class InTier : public ::testing::TestWithParam<Tier> {
 protected:
  void SetUp() override {
    const TierCheck& check = GetParam() == Tier::A ? probe().a : probe().b;
    if (!check.available)
      GTEST_SKIP() << "tier " << name(GetParam()) << " cannot be had here: " << check.reason;
  }

  Outcome run_here(const Policy& policy, Command command) const {
    command.cwd = "/usr";
    const Interrupt interrupt;
    auto outcome = run(policy, command, GetParam(), interrupt);
    EXPECT_TRUE(outcome.has_value()) << one_line(outcome.error());
    return outcome ? std::move(*outcome) : Outcome{};
  }
  Outcome sh(const Policy& policy, const std::string& script) const {
    return run_here(policy, shell(script));
  }

  TempDirectory folder_ = TempDirectory::make().value();
};

/// How often the report says that `call` was tried.
inline std::uint32_t tries_in(const Outcome& outcome, std::string_view call) {
  for (const DeniedCall& denied : outcome.denied) {
    if (denied.name == call) return denied.count;
  }
  return 0;
}

}  // namespace leanlab::sandbox::testing

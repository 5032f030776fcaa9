// What happens to a command when leanlab itself is killed: nothing of it may live on.
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "base/fs.h"
#include "sandbox/launch.h"
#include "sandbox/probe.h"
#include "sandbox_support.h"

namespace leanlab::sandbox {
namespace {

using testing::processes_with_argument;
using testing::shell;

constexpr const char* k_mark = "471301";

Tier tier_of_environment() {
  const std::string word = std::getenv("LEANLAB_TEST_TIER");
  return word == "A" ? Tier::A : word == "B" ? Tier::B : Tier::C;
}

// Does its work only in the process that the test below starts and kills.
TEST(Supervisor, runs_a_command_that_never_ends) {
  if (!std::getenv("LEANLAB_TEST_TIER")) return;
  const Interrupt interrupt;
  Command command = shell(std::string("setsid sleep ") + k_mark + " & sleep " + k_mark);
  command.cwd = "/usr";
  EXPECT_TRUE(run(Policy{}, command, tier_of_environment(), interrupt));
}

class KilledSupervisor : public ::testing::TestWithParam<Tier> {};
INSTANTIATE_TEST_SUITE_P(Tiers, KilledSupervisor, ::testing::Values(Tier::A, Tier::B, Tier::C),
                         [](const auto& tier) { return std::string(name(tier.param)); });

// One look is enough: a second may come while a process executes its program and has no arguments.
bool wait_until_running(int count) {
  for (int i = 0; i < 1000; ++i) {
    if (processes_with_argument(k_mark) == count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST_P(KilledSupervisor, takes_its_command_along) {
  if (GetParam() == Tier::A && !probe().a.available) GTEST_SKIP() << "no tier A here: " << probe().a.reason;
  if (GetParam() == Tier::B && !probe().b.available) GTEST_SKIP() << "no tier B here: " << probe().b.reason;
  SpawnRequest request;
  request.argv = {executable_path().string(), "--gtest_filter=Supervisor.*"};
  request.env = {{"LEANLAB_TEST_TIER", name(GetParam())}, {"PATH", "/usr/bin:/bin"}};
  auto supervisor = spawn(request);
  ASSERT_TRUE(supervisor) << one_line(supervisor.error());
  ASSERT_TRUE(wait_until_running(2));
  supervisor->send_signal(SIGKILL);
  EXPECT_EQ(supervisor->wait().signal_number, SIGKILL);
  EXPECT_TRUE(wait_until_running(0));
}

}  // namespace
}  // namespace leanlab::sandbox

// The guardian of a run and the server that forks it: what is left when one of them is killed, and what one world finds of another.
#include "sandbox/guardian.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <set>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/fs.h"
#include "sandbox/launch.h"
#include "sandbox/probe.h"
#include "sandbox_support.h"

namespace leanlab::sandbox {
namespace {

using testing::generous;
using testing::processes_with_argument;
using testing::shell;

pid_t parent_of(pid_t pid) {
  const std::string text = read_file(fs::path("/proc") / std::to_string(pid) / "stat").value_or("");
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string state;
  pid_t parent = 0;
  fields >> state >> parent;
  return parent;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    std::from_chars(name.data(), name.data() + name.size(), pid);
    if (pid > 0 && parent_of(pid) == parent) found.push_back(pid);
  }
  return found;
}

pid_t our_server() {
  for (const pid_t child : children_of(::getpid())) {
    const std::string words = read_file(fs::path("/proc") / std::to_string(child) / "cmdline").value_or("");
    if (words.find("--serve") != std::string::npos) return child;
  }
  return 0;
}

class Served : public ::testing::TestWithParam<Tier> {
 protected:
  void SetUp() override {
    const TierCheck& check = GetParam() == Tier::A ? probe().a : probe().b;
    if (!check.available)
      GTEST_SKIP() << "tier " << name(GetParam()) << " cannot be had here: " << check.reason;
  }

  // What `when_up` does once the command has said something; how the run then ends.
  Outcome run_until_up(const std::string& script, const std::function<void()>& when_up) const {
    Command command = shell(script);
    command.cwd = "/usr";
    command.on_output = [&](Stream, std::string_view) { when_up(); };
    const Interrupt interrupt;
    auto outcome = run(generous(), command, GetParam(), interrupt);
    EXPECT_TRUE(outcome) << one_line(outcome.error());
    return outcome ? std::move(*outcome) : Outcome{};
  }

  std::string say(const std::string& script) const {
    return run_until_up(script, [] {}).out;
  }
};
INSTANTIATE_TEST_SUITE_P(Tiers, Served, ::testing::Values(Tier::A, Tier::B),
                         [](const auto& tier) { return std::string(name(tier.param)); });

TEST_P(Served, a_killed_guardian_leaves_nothing) {
  const auto kill_guardians = [] {
    for (const pid_t guardian : children_of(our_server())) ::kill(guardian, SIGKILL);
  };
  const Outcome outcome =
      run_until_up("setsid sh -c 'sleep 471401 & sleep 471401' & echo up; sleep 471401", kill_guardians);
  EXPECT_EQ(outcome.end, End::guardian_lost);
  for (int i = 0; i < 1000 && processes_with_argument("471401") > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(processes_with_argument("471401"), 0);
  EXPECT_EQ(say("echo next"), "next\n");
}

TEST_P(Served, a_killed_server_costs_no_run) {
  const Outcome outcome = run_until_up("echo up; sleep 0.3; exit 7", [] { ::kill(our_server(), SIGKILL); });
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.status.exit_status, 7);
  EXPECT_EQ(say("echo next"), "next\n");
  EXPECT_NE(our_server(), 0);
}

TEST_P(Served, one_server_serves_many_at_once) {
  std::set<std::string> said;
  std::mutex mutex;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 20; ++i) {
      threads.emplace_back([&, i] {
        const std::string word = say("sleep 0.2; echo " + std::to_string(i));
        const std::scoped_lock lock(mutex);
        said.insert(word);
      });
    }
  }
  EXPECT_EQ(said.size(), 20u);
  EXPECT_EQ(std::ranges::count_if(children_of(::getpid()), [](pid_t) { return true; }), 1);
}

// Lent or not: while a world lives it shares its users and its network with nobody, and finds the network empty.
TEST_P(Served, worlds_share_no_namespaces) {
  if (GetParam() != Tier::A) GTEST_SKIP() << "only tier A has worlds";
  say("true");
  say("true");
  std::vector<std::string> said(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& one : said) {
      threads.emplace_back([&] {
        one =
            say("for kind in user net pid mnt uts cgroup; do readlink /proc/self/ns/$kind; done; "
                "tail -n +3 /proc/net/dev | wc -l; tail -n +2 /proc/net/tcp | wc -l; sleep 0.3");
      });
    }
  }
  std::set<std::string> namespaces;
  for (const char* kind : {"user", "net", "pid", "mnt", "uts", "cgroup"})
    namespaces.insert(fs::read_symlink(fs::path("/proc/self/ns") / kind).string());
  for (const std::string& one : said) {
    std::istringstream lines(one);
    std::string line;
    for (int i = 0; i < 6; ++i) {
      std::getline(lines, line);
      EXPECT_TRUE(namespaces.insert(line).second) << line;
    }
    std::getline(lines, line);
    EXPECT_EQ(line, "1");
    std::getline(lines, line);
    EXPECT_EQ(line, "0");
  }
}

TEST_P(Served, roots_groups_are_not_the_commands) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give up its groups";
  EXPECT_EQ(say("id -G"), "65534\n");
}

}  // namespace
}  // namespace leanlab::sandbox

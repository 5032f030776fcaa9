// What a sandboxed program sees and may do, in tiers A and B alike.
#include <csignal>

#include <gtest/gtest.h>

#include "base/fs.h"
#include "sandbox/launch.h"
#include "sandbox/policies.h"
#include "sandbox/probe.h"
#include "sandbox_support.h"

namespace leanlab::sandbox {
namespace {

using namespace std::chrono_literals;
using testing::generous;
using testing::processes_with_argument;
using testing::shell;

class Isolation : public ::testing::TestWithParam<Tier> {
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
INSTANTIATE_TEST_SUITE_P(Tiers, Isolation, ::testing::Values(Tier::A, Tier::B),
                         [](const auto& tier) { return std::string(name(tier.param)); });

std::uint32_t tries(const Outcome& outcome, std::string_view call) {
  for (const DeniedCall& denied : outcome.denied) {
    if (denied.name == call) return denied.count;
  }
  return 0;
}

TEST_P(Isolation, runs_a_program_and_reports_it) {
  const Outcome outcome = sh(generous(), "echo out; echo err >&2; exit 3");
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.status.exit_status, 3);
  EXPECT_EQ(outcome.out, "out\n");
  EXPECT_EQ(outcome.err, "err\n");
  EXPECT_EQ(outcome.tier, GetParam());
}

TEST_P(Isolation, sees_only_what_is_listed) {
  ASSERT_TRUE(make_directories(folder_.path() / "open"));
  ASSERT_TRUE(write_file(folder_.path() / "open/file", "visible"));
  ASSERT_TRUE(write_file(folder_.path() / "secret", "hidden"));
  Policy policy = generous();
  policy.paths = {{(folder_.path() / "open").string(), Access::read}};
  const std::string at = folder_.path().string();
  EXPECT_EQ(sh(policy, "cat " + at + "/open/file").out, "visible");
  EXPECT_NE(sh(policy, "cat " + at + "/secret").status.exit_status, 0);
  EXPECT_NE(sh(policy, "cat /etc/shadow").status.exit_status, 0);
  EXPECT_NE(sh(policy, "ls /root").status.exit_status, 0);
  EXPECT_NE(sh(policy, "ls /home").status.exit_status, 0);
}

TEST_P(Isolation, reads_a_private_file_that_is_listed) {
  ASSERT_TRUE(write_file(folder_.path() / "private", "mine", Durability::fast, 0600));
  Policy policy = generous();
  policy.paths = {{(folder_.path() / "private").string(), Access::read}};
  EXPECT_EQ(sh(policy, "cat " + (folder_.path() / "private").string()).out, "mine");
}

TEST_P(Isolation, writes_only_where_it_may) {
  ASSERT_TRUE(make_directories(folder_.path() / "desk"));
  ASSERT_TRUE(make_directories(folder_.path() / "fixed"));
  Policy policy = generous();
  policy.paths = {{(folder_.path() / "desk").string(), Access::write},
                  {(folder_.path() / "fixed").string(), Access::read}};
  const std::string at = folder_.path().string();
  EXPECT_EQ(sh(policy, "echo new > " + at + "/desk/new").status.exit_status, 0);
  EXPECT_EQ(read_file(folder_.path() / "desk/new").value(), "new\n");
  EXPECT_NE(sh(policy, "echo new > " + at + "/fixed/new").status.exit_status, 0);
  EXPECT_NE(sh(policy, "echo new > /usr/leanlab-test").status.exit_status, 0);
  EXPECT_FALSE(fs::exists(folder_.path() / "fixed/new"));
}

TEST_P(Isolation, has_a_temporary_folder_that_nobody_else_sees) {
  const Outcome outcome = sh(generous(), "echo text > $TMPDIR/file && cat $TMPDIR/file && echo $TMPDIR");
  EXPECT_TRUE(outcome.out.starts_with("text\n"));
  EXPECT_NE(sh(generous(), "ls $TMPDIR/file").status.exit_status, 0);
}

TEST_P(Isolation, the_engines_state_is_hidden_in_a_visible_project) {
  ASSERT_TRUE(make_directories(folder_.path() / ".leanlab/state"));
  ASSERT_TRUE(make_directories(folder_.path() / ".leanlab/lab"));
  ASSERT_TRUE(write_file(folder_.path() / ".leanlab/lab/task.md", "task"));
  ASSERT_TRUE(write_file(folder_.path() / ".leanlab/state/ledger", "secret"));
  ASSERT_TRUE(write_file(folder_.path() / "README", "open"));
  Policy policy = generous();
  policy.paths = {{folder_.path().string(), Access::read}};
  const std::string at = folder_.path().string();
  EXPECT_EQ(sh(policy, "cat " + at + "/README").out, "open");
  EXPECT_EQ(sh(policy, "cat " + at + "/.leanlab/lab/task.md").out, "task");
  EXPECT_EQ(sh(policy, "ls -A " + at + "/.leanlab/state").out, "");
  EXPECT_NE(sh(policy, "cat " + at + "/.leanlab/state/ledger").status.exit_status, 0);
}

TEST_P(Isolation, has_no_network) {
  const Outcome outcome = sh(generous(), "/usr/bin/python3 -c 'import socket; socket.socket()'");
  EXPECT_NE(outcome.status.exit_status, 0);
  EXPECT_EQ(tries(outcome, "socket (inet)"), 1u);
}

TEST_P(Isolation, is_nobody_special) {
  const Outcome outcome = sh(generous(), "id -u; grep -E 'CapEff|NoNewPrivs' /proc/self/status");
  EXPECT_FALSE(outcome.out.starts_with("0\n")) << outcome.out;
}

TEST_P(Isolation, without_forks_it_has_threads_only) {
  Policy policy = generous();
  policy.fork = false;
  const Outcome forks = sh(policy, "(echo child)");
  EXPECT_EQ(forks.out.find("child"), std::string::npos);
  Command threads;
  threads.argv = {"/usr/bin/python3", "-c",
                  "import threading as t\nx=t.Thread(target=lambda: print('thread'))\nx.start(); x.join()"};
  EXPECT_EQ(run_here(policy, threads).out, "thread\n");
}

// A bomb of 500 processes at most, so that a helper that cannot end it does no harm to the machine.
constexpr const char* k_bomb =
    "b() { [ $1 = 0 ] || { b $(($1 - 1)) | b $(($1 - 1)) & }; exec sleep 471201; }; b 8; sleep 471201";

TEST_P(Isolation, daemons_and_bombs_are_ended) {
  const Outcome daemon = sh(generous(), "(setsid sleep 471201 &); setsid sleep 471201 & echo done");
  EXPECT_EQ(daemon.out, "done\n");
  EXPECT_GE(daemon.killed_leftovers, 1u);
  Policy policy;
  policy.limits.wall = 2s;
  policy.limits.processes = 40;
  const Outcome bomb = sh(policy, k_bomb);
  EXPECT_NE(bomb.end, End::guardian_lost);
  EXPECT_EQ(processes_with_argument("471201"), 0);
}

TEST_P(Isolation, signals_reach_nobody_outside) {
  const Outcome outcome =
      sh(generous(), "kill -9 $PPID; kill -9 " + std::to_string(::getpid()) + "; echo alive");
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.out, "alive\n");
}

TEST_P(Isolation, limits_hold) {
  Policy policy;
  policy.limits.wall = 200ms;
  EXPECT_EQ(sh(policy, "sleep 1000").end, End::wall_limit);
  policy = generous();
  policy.limits.memory_bytes = 60 << 20;
  EXPECT_EQ(sh(policy, "(head -c 70000000 /dev/zero; sleep 1000) | tail").end, End::memory_limit);
  policy = generous();
  policy.limits.cpu = 1s;
  EXPECT_EQ(sh(policy, "while :; do :; done").end, End::cpu_limit);
}

TEST_P(Isolation, a_full_temporary_folder_is_full) {
  if (GetParam() == Tier::B) GTEST_SKIP() << "only tier A has a file system of its own";
  Policy policy = generous();
  policy.limits.disk_bytes = 1 << 20;
  policy.limits.disk_inodes = 50;
  EXPECT_NE(sh(policy, "head -c 2000000 /dev/zero > $TMPDIR/big").status.exit_status, 0);
  EXPECT_NE(sh(policy, "for i in $(seq 100); do : > $TMPDIR/$i || exit 1; done").status.exit_status, 0);
}

TEST_P(Isolation, honest_programs_work) {
  const Outcome numpy =
      sh(generous(), "/usr/bin/python3 -c 'import numpy; a=numpy.ones((300,300)); print(int((a@a)[0,0]))'");
  EXPECT_EQ(numpy.out, "300\n") << numpy.err;
}

TEST_P(Isolation, devices_are_there_only_when_listed) {
  const char* device = "/dev/tty";  // stands in for a GPU's node: it exists on every machine
  if (!fs::exists(device)) GTEST_SKIP() << "there is no " << device << " to stand in for a device";
  Policy policy = generous();
  const std::string open_it =
      "/usr/bin/python3 -c 'import os,errno\ntry: os.open(\"/dev/tty\", os.O_RDWR)\n"
      "except OSError as e: print(errno.errorcode[e.errno])'";
  const std::string without = sh(policy, open_it).out;
  EXPECT_TRUE(without == "ENOENT\n" || without == "EACCES\n") << without;
  policy.devices = {device};
  EXPECT_EQ(sh(policy, open_it).out, "ENXIO\n");  // reached: a session without a terminal
}

TEST_P(Isolation, compiles_and_runs) {
  const Outcome cpp =
      sh(generous(), "cd $TMPDIR && echo 'int main(){return 7;}' > a.cc && g++ -o a a.cc && ./a; echo $?");
  EXPECT_EQ(cpp.out, "7\n") << cpp.err;
}

TEST_P(Isolation, changes_modes_only_where_it_may_write) {
  ASSERT_TRUE(make_directories(folder_.path() / "desk"));
  ASSERT_TRUE(make_directories(folder_.path() / "fixed"));
  ASSERT_TRUE(write_file(folder_.path() / "fixed/file", "text"));
  fs::permissions(folder_.path() / "fixed/file", fs::perms(0644));
  Policy policy = generous();
  policy.paths = {{(folder_.path() / "desk").string(), Access::write},
                  {(folder_.path() / "fixed").string(), Access::read}};
  const std::string at = folder_.path().string();
  sh(policy, "cd " + at + "/desk; : > tool; chmod 700 tool; chmod 600 " + at +
                 "/fixed/file; ln -s ../fixed/file link; "
                 "chmod 600 link; chmod 600 ../fixed/file");
  EXPECT_EQ(fs::status(folder_.path() / "desk/tool").permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(folder_.path() / "fixed/file").permissions(), fs::perms(0644));
}

}  // namespace
}  // namespace leanlab::sandbox

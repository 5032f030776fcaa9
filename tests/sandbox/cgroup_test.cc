// Limits of a whole run by the kernel. What needs a delegated group skips where there is none; tools/try-kernel runs it where there is one.
#include "sandbox/cgroup.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/process.h"
#include "base/strings.h"
#include "sandbox/cgroup_files.h"
#include "sandbox/launch.h"
#include "sandbox/probe.h"
#include "sandbox_support.h"

namespace leanlab::sandbox {
namespace {

using namespace std::chrono_literals;
using testing::generous;
using testing::processes_with_argument;
using testing::shell;

TEST(CgroupFiles, the_unified_group_is_found_among_the_others) {
  EXPECT_EQ(unified_group("0::/user.slice/a b.scope\n"), "/user.slice/a b.scope");
  EXPECT_EQ(unified_group("4:memory:/x\n1:cpu:/\n0::/\n"), "/");
  EXPECT_EQ(unified_group("4:memory:/x\n"), std::nullopt);
  EXPECT_EQ(unified_group("0::/gone (deleted)\n"), std::nullopt);
  EXPECT_EQ(unified_group(""), std::nullopt);
}

TEST(CgroupFiles, a_groups_folder_is_found_by_what_is_mounted) {
  const char* unified = "24 1 0:22 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
  EXPECT_EQ(folder_of_group(unified, "/user.slice/x"), "/sys/fs/cgroup/user.slice/x");
  EXPECT_EQ(folder_of_group(unified, "/"), "/sys/fs/cgroup");
  const char* hybrid =
      "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
      "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(folder_of_group(hybrid, "/x"), "/sys/fs/cgroup/unified/x");
  const char* part = "9 1 0:2 /docker/a\\040b /sys/fs/cg\\134roup rw - cgroup2 cgroup rw\n";
  EXPECT_EQ(folder_of_group(part, "/docker/a b/c"), "/sys/fs/cg\\roup/c");
  EXPECT_EQ(folder_of_group(part, "/docker/a b"), "/sys/fs/cg\\roup");
  EXPECT_EQ(folder_of_group(part, "/docker/a bc"), std::nullopt);
  EXPECT_EQ(folder_of_group(part, "/"), std::nullopt);
  EXPECT_EQ(folder_of_group("", "/"), std::nullopt);
  EXPECT_EQ(folder_of_group("9 1 0:2 / /x rw -\n9 -\n-\n", "/"), std::nullopt);
}

TEST(CgroupFiles, numbers_are_read_by_their_whole_name) {
  const char* events = "low 0\nmax 7\noom 2\noom_kill 1\n";
  EXPECT_EQ(number_in(events, "oom"), 2u);
  EXPECT_EQ(number_in(events, "oom_kill"), 1u);
  EXPECT_EQ(number_in(events, "oom_group_kill"), std::nullopt);
  EXPECT_EQ(number_in("max many\n", "max"), std::nullopt);
}

TEST(CgroupFiles, a_group_is_ours_when_it_can_be_divided) {
  const auto made = TempDirectory::make();
  ASSERT_TRUE(made);
  const fs::path group = made->path();
  const auto put = [&](const char* file, const std::string& text) {
    ASSERT_TRUE(write_file(group / file, text));
  };
  EXPECT_NE(why_not_ours(group).find("cgroup.procs cannot be written"), std::string::npos);
  put("cgroup.procs", std::to_string(::getpid()) + "\n");
  put("cgroup.subtree_control", "\n");
  put("cgroup.controllers", "cpu memory\n");
  EXPECT_NE(why_not_ours(group).find("has no controllers"), std::string::npos);
  put("cgroup.controllers", "cpu memory pids\n");
  EXPECT_EQ(why_not_ours(group), "");
  put("cgroup.type", "domain threaded\n");
  EXPECT_NE(why_not_ours(group).find("'domain threaded'"), std::string::npos);
  put("cgroup.type", "domain\n");
  EXPECT_EQ(why_not_ours(group), "");
  put("cgroup.procs", std::to_string(::getpid()) + "\n0\n");  // one outside of our pid namespace
  EXPECT_NE(why_not_ours(group).find("a process that is not leanlab's (0)"), std::string::npos);
  put("cgroup.subtree_control", "memory pids\n");
  EXPECT_EQ(why_not_ours(group), "");
}

TEST(CgroupFiles, what_we_started_is_ours) {
  auto child = spawn({.argv = {"sleep", "1000"}, .cwd = {}, .env = {}, .fds = {}});
  ASSERT_TRUE(child);
  EXPECT_TRUE(is_ours(::getpid()));
  EXPECT_TRUE(is_ours(child->pid()));
  EXPECT_FALSE(is_ours(::getppid()));
  EXPECT_FALSE(is_ours(0));
}

std::vector<std::string> names_below(const fs::path& folder, std::string_view prefix) {
  std::vector<std::string> found;
  for (const std::string& name : list_directory(folder).value_or(std::vector<std::string>{})) {
    if (name.starts_with(prefix)) found.push_back(name);
  }
  return found;
}

std::vector<std::string> all_run_groups() {
  std::vector<std::string> found;
  for (const std::string& leanlab : names_below(kernel_limits().group, "leanlab-")) {
    for (const std::string& run : names_below(kernel_limits().group / leanlab, "run-")) found.push_back(run);
  }
  return found;
}

class Delegated : public ::testing::TestWithParam<Tier> {
 protected:
  void SetUp() override {
    if (kernel_limits().group.empty()) GTEST_SKIP() << "no delegated cgroup: " << kernel_limits().reason;
    const TierCheck& check = GetParam() == Tier::A ? probe().a : probe().b;
    if (GetParam() != Tier::C && !check.available)
      GTEST_SKIP() << "tier " << name(GetParam()) << " cannot be had here: " << check.reason;
  }

  Outcome run_here(const Policy& policy, Command command, const Interrupt& interrupt = {}) const {
    command.cwd = "/usr";
    auto outcome = run(policy, command, GetParam(), interrupt);
    EXPECT_TRUE(outcome) << one_line(outcome.error());
    EXPECT_EQ(all_run_groups().size(), 0u);
    return outcome ? std::move(*outcome) : Outcome{};
  }

  static Command python(const std::string& script) {
    Command command = shell("");
    command.argv = {"/usr/bin/python3", "-I", "-c", script};
    return command;
  }
};
INSTANTIATE_TEST_SUITE_P(Tiers, Delegated, ::testing::Values(Tier::A, Tier::B, Tier::C),
                         [](const auto& tier) { return std::string(name(tier.param)); });

TEST_P(Delegated, an_ordinary_run_is_told_as_ever) {
  const Outcome outcome = run_here(generous(), shell("echo out; exit 3"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.status.exit_status, 3);
  EXPECT_EQ(outcome.out, "out\n");
  EXPECT_GT(outcome.status.cpu.count(), 0);
}

// What waits in sockets is memory that no process maps: the guardian's samples never see it.
constexpr const char* k_fill_sockets =
    "import socket\n"
    "kept = []\n"
    "for i in range(450):\n"
    "  kept.append(socket.socketpair())\n"
    "  kept[-1][0].setblocking(False)\n"
    "  try:\n"
    "    while True: kept[-1][0].send(bytes(65536))\n"
    "  except BlockingIOError: pass\n"
    "print('survived')\n";

// A program's files are counted to the group that reads them first. In a full group the kernel would drop and read them again for a
// long time before it gives up; so somebody else reads them before.
Policy small() {
  static_cast<void>(run_program(
      {.argv = {"/usr/bin/python3", "-I", "-c", "import socket"}, .cwd = {}, .env = {}, .fds = {}}, 60s));
  Policy policy = generous();
  policy.limits.memory_bytes = 40 << 20;
  policy.limits.disk_bytes = 1 << 20;
  return policy;
}

TEST_P(Delegated, memory_that_nobody_maps_is_limited) {
  const Outcome outcome = run_here(small(), python(k_fill_sockets));
  EXPECT_EQ(outcome.end, End::memory_limit) << name(outcome.end) << outcome.err;
  EXPECT_EQ(outcome.out, "");
}

TEST_P(Delegated, all_of_a_run_ends_when_its_memory_is_full) {
  Command command = shell("setsid sleep 471501 & /usr/bin/python3 -I -c \"$SCRIPT\"; sleep 471501");
  command.env.emplace_back("SCRIPT", k_fill_sockets);
  const Outcome outcome = run_here(small(), command);
  EXPECT_EQ(outcome.end, End::memory_limit) << name(outcome.end) << outcome.err;
  EXPECT_EQ(processes_with_argument("471501"), 0);
}

TEST_P(Delegated, memory_below_the_limit_is_given_and_the_private_folder_besides) {
  Policy policy = generous();
  policy.limits.memory_bytes = 100 << 20;
  policy.limits.disk_bytes = 60 << 20;
  const Outcome outcome =
      run_here(policy, shell("head -c 50000000 /dev/zero > $TMPDIR/file; "
                             "/usr/bin/python3 -I -c \"b = b'x' * 60000000; print(len(b))\""));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.out, "60000000\n") << outcome.err;
}

TEST_P(Delegated, the_smallest_memory_of_a_lab_starts_a_program) {
  Policy policy = generous();
  policy.limits.memory_bytes = 16 << 20;
  EXPECT_EQ(run_here(policy, shell("echo small")).out, "small\n");
}

TEST_P(Delegated, a_bomb_cannot_outgrow_the_limit) {
  Policy policy = generous();
  policy.limits.processes = 20;
  const Outcome outcome =
      run_here(policy, shell("b() { b | b & }; for i in 1 2 3 4 5 6; do sleep 471502 & done; b; sleep 1"));
  EXPECT_EQ(outcome.end == End::process_limit, GetParam() != Tier::A) << name(outcome.end);
  EXPECT_EQ(outcome.survivors, 0u);
  EXPECT_EQ(processes_with_argument("471502"), 0);
}

TEST_P(Delegated, processor_time_counts_what_was_never_waited_for) {
  Interrupt interrupt;
  Command command = python(
      "import time\n"
      "while time.process_time() < 0.3: pass\n"
      "print('burnt', flush=True)\n"
      "while True: pass\n");
  command.on_output = [&](Stream, std::string_view) { interrupt.raise(); };
  const Outcome outcome = run_here(generous(), command, interrupt);
  EXPECT_EQ(outcome.end, End::interrupted);
  EXPECT_GE(outcome.status.cpu, 300ms);
}

TEST_P(Delegated, nothing_outlives_a_lost_guardian) {
  if (GetParam() != Tier::C) GTEST_SKIP() << "only in tier C a command reaches its guardian";
  // Without the mark in its environment, too.
  const Outcome outcome = run_here(
      generous(), shell("mkdir -p /sys/fs/cgroup$(sed -n s/0:://p /proc/self/cgroup)/a/b; "
                        "setsid env -i sleep 471503 & sleep 0.2; kill -9 $PPID; exec env -i sleep 471503"));
  EXPECT_EQ(outcome.end, End::guardian_lost);
  EXPECT_EQ(processes_with_argument("471503"), 0);
}

TEST_P(Delegated, a_command_neither_sees_nor_changes_its_group) {
  const std::string group = kernel_limits().group.string();
  const Outcome outcome =
      run_here(generous(),
               shell("exec 2>/dev/null; for f in " + group + "/leanlab-*/run-*/pids.max " + group +
                     "/cgroup.procs /sys/fs/cgroup/cgroup.procs "
                     "/sys/fs/cgroup$(sed -n s/0:://p /proc/self/cgroup)/pids.max; do cat $f && echo read; "
                     "(echo max > $f) && echo wrote; done; ls " +
                     group + " && echo listed; mkdir " + group + "/theirs && echo made; rmdir " + group +
                     "/theirs; true"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.out.empty(), GetParam() != Tier::C) << outcome.out;
  const std::string told = run_here(generous(), shell("cat /proc/self/cgroup")).out;
  EXPECT_EQ(told.find("0::/\n") != std::string::npos, GetParam() == Tier::A) << told;
}

TEST_P(Delegated, the_group_has_the_limits_that_were_asked_for) {
  Limits limits;
  limits.memory_bytes = 100 << 20;
  limits.processes = 40;
  auto group = RunGroup::make(limits, 10 << 20);
  ASSERT_TRUE(group) << one_line(group.error());
  const fs::path path = group->path();
  const auto has = [&](const char* file) { return std::string(trim(read_file(path / file).value_or(""))); };
  EXPECT_EQ(has("memory.max"), std::to_string((100 << 20) + (100 << 20) / 16 + (16 << 20) + (10 << 20)));
  EXPECT_EQ(has("memory.swap.max"), fs::exists(path / "memory.swap.max") ? "0" : "");
  EXPECT_EQ(has("memory.oom.group"), "1");
  EXPECT_EQ(has("pids.max"), "66");
  const auto use = group->finish();
  ASSERT_TRUE(use) << one_line(use.error());
  EXPECT_FALSE(use->memory_spent || use->processes_spent);
  EXPECT_FALSE(fs::exists(path));
}

// Another leanlab, played by this program. What it does is said by LEANLAB_TEST_PEER; without that it is no test.
TEST(CgroupPeer, plays) {
  const char* part = std::getenv("LEANLAB_TEST_PEER");
  if (part == nullptr) GTEST_SKIP() << "started by the tests below";
  const std::string role = part;
  if (role.starts_with("without clone3")) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{std::size(program), program};
    ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
  }
  const Tier tier = role.ends_with(" A") ? Tier::A : role.ends_with(" B") ? Tier::B : Tier::C;
  Command command = shell(role.starts_with("forever") ? "exec sleep 471504" : "cat /proc/self/cgroup");
  command.cwd = "/usr";
  const Interrupt interrupt;
  const auto outcome = run(Policy{}, command, tier, interrupt);
  ASSERT_TRUE(outcome) << one_line(outcome.error());
  std::printf("group=%s reason=%s ran in %s\n", kernel_limits().group.c_str(), kernel_limits().reason.c_str(),
              outcome->out.c_str());
}

SpawnRequest peer(const std::string& role, const std::string& before = "true") {
  return {.argv = {"/bin/sh", "-c", before + "; exec \"$0\" --gtest_filter=CgroupPeer.*",
                   executable_path().string()},
          .cwd = {},
          .env = {{{"LEANLAB_TEST_PEER", role}, {"PATH", "/usr/bin:/bin"}}},
          .fds = {}};
}

std::string said_by(const SpawnRequest& request) {
  const auto output = run_program(request, 60s);
  EXPECT_TRUE(output && output->status.ok()) << (output ? output->out : one_line(output.error()));
  return output ? output->out : "";
}

TEST_P(Delegated, without_clone3_the_command_is_in_its_group_as_well) {
  const std::string said = said_by(peer(fmt::format("without clone3 {}", name(GetParam()))));
  const char* expected = GetParam() == Tier::A ? "0::/\n" : "/run-1\n";
  EXPECT_NE(said.find(expected), std::string::npos) << said;
  EXPECT_NE(said.find("group=" + kernel_limits().group.string() + " "), std::string::npos) << said;
}

class TwoAtOnce : public Delegated {};
INSTANTIATE_TEST_SUITE_P(Tiers, TwoAtOnce, ::testing::Values(Tier::C),
                         [](const auto& tier) { return std::string(name(tier.param)); });

Status put(const fs::path& file, std::string_view text) {
  TRY_ASSIGN(const Fd fd, open_file(file, O_WRONLY));
  return write_all(fd.get(), text);
}

fs::path our_group() {
  return kernel_limits().group / names_below(kernel_limits().group, "leanlab-").at(0);
}

TEST_P(TwoAtOnce, a_group_that_cannot_be_made_is_an_error_that_says_what_to_do) {
  ASSERT_TRUE(put(our_group() / "cgroup.max.descendants", "0"));
  const Interrupt never;
  const auto outcome = run(generous(), shell("true"), Tier::C, never);
  ASSERT_TRUE(put(our_group() / "cgroup.max.descendants", "max"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::misconfigured);
  EXPECT_NE(outcome.error().message.find("cannot make the cgroup " + our_group().string()), std::string::npos)
      << outcome.error().message;
  EXPECT_NE(outcome.error().next.find("cgroup.max.descendants"), std::string::npos) << outcome.error().next;
}

TEST_P(TwoAtOnce, limits_that_are_taken_away_while_it_runs_are_an_error) {
  Command command = shell("echo up; sleep 0.5");
  command.on_output = [&](Stream, std::string_view) {
    EXPECT_TRUE(put(our_group() / "cgroup.subtree_control", "-memory"));
  };
  const Interrupt never;
  const auto outcome = run(generous(), command, Tier::C, never);
  ASSERT_TRUE(put(our_group() / "cgroup.subtree_control", "+memory"));
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("were taken away"), std::string::npos) << outcome.error().message;
  EXPECT_EQ(all_run_groups().size(), 0u);
}

TEST_P(TwoAtOnce, share_a_group_and_the_next_removes_what_a_killed_one_left) {
  const auto leanlabs = [] { return names_below(kernel_limits().group, "leanlab-").size(); };
  ASSERT_EQ(leanlabs(), 1u);
  auto other = spawn(peer("forever"));
  ASSERT_TRUE(other);
  const Interrupt pause;
  for (int i = 0; i < 3000 && processes_with_argument("471504") == 0; ++i)
    static_cast<void>(pause.wait_for(10ms));
  ASSERT_EQ(processes_with_argument("471504"), 1);
  EXPECT_EQ(leanlabs(), 2u);
  const auto ours = run(generous(), shell("echo ours"), Tier::C, pause);
  ASSERT_TRUE(ours) << one_line(ours.error());
  EXPECT_EQ(ours->out, "ours\n");
  other->send_signal(SIGKILL);
  static_cast<void>(other->wait());
  EXPECT_EQ(leanlabs(), 2u);
  said_by(peer("once"));
  EXPECT_EQ(leanlabs(), 1u);
  EXPECT_EQ(processes_with_argument("471504"), 0);
}

TEST_P(TwoAtOnce, a_group_is_given_back_as_it_was_and_left_alone_with_others_in_it) {
  const fs::path group = kernel_limits().group / fmt::format("test-{}", ::getpid());
  ASSERT_EQ(::mkdir(group.c_str(), 0755), 0);
  const std::string enter = "echo $$ > " + (group / "cgroup.procs").string();
  EXPECT_NE(said_by(peer("once", enter)).find("group=" + group.string() + " "), std::string::npos);
  EXPECT_EQ(names_below(group, "leanlab-").size(), 0u);
  ASSERT_TRUE(put(group / "cgroup.max.descendants", "0"));
  EXPECT_NE(said_by(peer("once", enter)).find("group= reason=cannot make the cgroup " + group.string()),
            std::string::npos);
  EXPECT_EQ(trim(read_file(group / "cgroup.subtree_control").value_or("?")), "");
  auto stranger =
      spawn({.argv = {"/bin/sh", "-c", enter + "; exec sleep 1000"}, .cwd = {}, .env = {}, .fds = {}});
  ASSERT_TRUE(stranger);
  const Interrupt pause;
  for (int i = 0; i < 3000 && processes_in(group).value().empty(); ++i)
    static_cast<void>(pause.wait_for(10ms));
  EXPECT_NE(said_by(peer("once", enter)).find("holds a process that is not leanlab's"), std::string::npos);
  stranger->send_signal(SIGKILL);
  static_cast<void>(stranger->wait());
  EXPECT_EQ(::rmdir(group.c_str()), 0);
}

}  // namespace
}  // namespace leanlab::sandbox

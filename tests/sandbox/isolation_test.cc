// What a sandboxed program sees and may do, in tiers A and B alike.
#include <algorithm>
#include <csignal>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
using testing::tries_in;

class Isolation : public testing::InTier {};
INSTANTIATE_TEST_SUITE_P(Tiers, Isolation, ::testing::Values(Tier::A, Tier::B),
                         [](const auto& tier) { return std::string(name(tier.param)); });

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

TEST_P(Isolation, has_shared_memory_of_its_own) {
  const std::string script =
      "from multiprocessing import Pool, shared_memory, Lock\n"
      "memory = shared_memory.SharedMemory('leanlab-test', create=True, size=100)\n"
      "memory.buf[0] = 7\n"
      "again = shared_memory.SharedMemory('leanlab-test')\n"
      "print(again.buf[0])\n"
      "again.close(); memory.close(); memory.unlink()\n"
      "with Pool(2) as pool: print(sum(pool.map(abs, range(-9, 0))))\n";
  Command command = shell("");
  command.argv = {"/usr/bin/python3", "-c", script};
  const Outcome outcome = run_here(generous(), command);
  EXPECT_EQ(outcome.out, "7\n45\n") << outcome.err;
  EXPECT_FALSE(fs::exists("/dev/shm/leanlab-test"));
}

TEST_P(Isolation, neither_reads_nor_leaves_shared_memory_of_others) {
  const std::string name = "leanlab-test-of-" + std::to_string(::getpid());
  const fs::path real = fs::path("/dev/shm") / name;
  if (!write_file(real, "theirs", Durability::fast, 0666)) GTEST_SKIP() << "/dev/shm cannot be written here";
  const Outcome outcome = run_here(
      generous(), shell("cat /dev/shm/" + name + "; echo mine > /dev/shm/" + name + "; cat /dev/shm/" + name +
                        "; rm /dev/shm/" + name + "; echo kept > /dev/shm/other" + name));
  EXPECT_EQ(read_file(real).value(), "theirs");
  EXPECT_FALSE(fs::exists("/dev/shm/other" + name));
  EXPECT_EQ(outcome.out, "mine\n");
  ASSERT_TRUE(fs::remove(real));
}

TEST_P(Isolation, every_process_sees_itself_and_no_way_out) {
  const Outcome outcome =
      sh(generous(),
         "(sh -c 'ls /proc/self/fd >/dev/null && grep -c VmRSS /proc/self/status; ls /proc/self/task | wc -l;"
         "cat /proc/self/root/etc/shadow; cat /proc/1/environ; cat /proc/self/cwd/../etc/shadow')");
  EXPECT_EQ(outcome.out, "1\n1\n");
}

TEST_P(Isolation, a_pipe_or_a_link_in_its_shared_memory_stops_nobody) {
  const Outcome outcome =
      sh(generous(),
         "mkdir -p $TMPDIR/.shm; mkfifo $TMPDIR/.shm/pipe; ln -s /etc/shadow $TMPDIR/.shm/link;"
         "if [ ! -d /dev/shm/. ] || [ ! -e /dev/shm/pipe ]; then cat /dev/shm/pipe; fi; cat /dev/shm/link; "
         "echo done");
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.out, "done\n");
}

TEST_P(Isolation, has_no_network) {
  const Outcome outcome = sh(generous(), "/usr/bin/python3 -c 'import socket; socket.socket()'");
  EXPECT_NE(outcome.status.exit_status, 0);
  EXPECT_EQ(tries_in(outcome, "socket (inet)"), 1u);
}

// An end of a pair of datagrams could send to the system's log, or to an experiment beside it.
TEST_P(Isolation, reaches_no_socket_of_this_machine_from_a_pair) {
  const std::string place = (folder_.path() / "socket").string();
  const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(place.size(), sizeof address.sun_path);
  std::copy(place.begin(), place.end(), address.sun_path);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  fs::permissions(place, fs::perms::all);
  Policy policy = generous();
  policy.paths = {{folder_.path().string(), Access::read}};
  const std::string kinds = "for kind in s.SOCK_DGRAM, s.SOCK_RAW, s.SOCK_DGRAM | s.SOCK_CLOEXEC:\n";
  const Outcome outcome = sh(policy, "/usr/bin/python3 -c 'import socket as s\n" + kinds +
                                         "  try: s.socketpair(s.AF_UNIX, kind)[0].sendto(b\"x\", \"" + place +
                                         "\"); print(kind)\n  except OSError: pass\n" +
                                         "p = s.socketpair(); p[0].send(b\"x\"); print(\"pair\")'");
  EXPECT_EQ(outcome.out, "pair\n") << outcome.err;
  EXPECT_EQ(tries_in(outcome, "socketpair"), 3u);
  char byte = 0;
  EXPECT_LT(::recv(socket.get(), &byte, 1, 0), 0);
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

// In tier B before Landlock's version 6 (Debian 12) the guardian sends them.
TEST_P(Isolation, own_processes_can_be_signalled) {
  const Outcome outcome = sh(generous(), R"(exec /usr/bin/python3 -c '
import multiprocessing, os, signal, subprocess
child = subprocess.Popen(["sleep", "100"])
child.terminate()
print(child.wait())
group = subprocess.Popen(["sh", "-c", "sleep 100 & wait"], start_new_session=True)
os.killpg(group.pid, signal.SIGKILL)
print(group.wait())
heard = []
signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
os.kill(0, signal.SIGUSR1)
while not heard: signal.pause()
print(heard)
os.kill(os.getpid(), signal.SIGUSR1)
print(heard)
with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))
try: os.kill(child.pid, 0)
except ProcessLookupError: print("gone")
')");
  EXPECT_EQ(outcome.out, "-15\n-9\n[1]\n[1, 1]\n[1, 2]\ngone\n") << outcome.err;
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

// How a run ends and what it leaves, in tier C, which every machine has: the helper, its limits and its report.
#include "sandbox/launch.h"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "sandbox_support.h"

namespace leanlab::sandbox {
namespace {

using namespace std::chrono_literals;
using testing::generous;
using testing::processes_with_argument;
using testing::shell;

Outcome run_c(const Policy& policy, const Command& command) {
  const Interrupt interrupt;
  auto outcome = run(policy, command, Tier::C, interrupt);
  EXPECT_TRUE(outcome.has_value()) << one_line(outcome.error());
  return outcome ? std::move(*outcome) : Outcome{};
}

TEST(Launch, reports_output_status_and_use) {
  const Outcome outcome = run_c(generous(), shell("echo out; echo err >&2; sleep 0.2; exit 3"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.status.exit_status, 3);
  EXPECT_EQ(outcome.out, "out\n");
  EXPECT_EQ(outcome.err, "err\n");
  EXPECT_EQ(outcome.killed_leftovers, 0u);
  EXPECT_GT(outcome.status.max_rss_bytes, 0u);
  EXPECT_GT(outcome.wall.count(), 0);
  EXPECT_EQ(outcome.tier, Tier::C);
}

TEST(Launch, gives_only_the_listed_environment_and_descriptors) {
  ::setenv("LEANLAB_TEST_SECRET", "s3cret", 1);
  const Outcome outcome = run_c(generous(), shell("env; ls /proc/self/fd"));
  EXPECT_EQ(outcome.out.find("s3cret"), std::string::npos);
  EXPECT_NE(outcome.out.find("\n0\n1\n2\n3\n"), std::string::npos);  // 3 is the folder that ls reads
  EXPECT_EQ(outcome.out.find("\n4\n"), std::string::npos) << outcome.out;
}

TEST(Launch, passes_input_and_further_descriptors) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe);
  Command command = shell("cat; echo through >&7");
  command.input = "typed in\n";
  command.fds = {{pipe->write.get(), 7}};
  const Outcome outcome = run_c(generous(), command);
  pipe->write.close();
  EXPECT_EQ(outcome.out, "typed in\n");
  EXPECT_EQ(read_all(pipe->read.get(), 100).value(), "through\n");
}

TEST(Launch, stdin_is_empty_without_input) {
  EXPECT_EQ(run_c(generous(), shell("cat; echo end")).out, "end\n");
}

TEST(Launch, hands_out_pieces_as_they_come) {
  Command command = shell("echo one; echo two >&2");
  std::string out, err;
  command.on_output = [&](Stream stream, std::string_view text) {
    (stream == Stream::out ? out : err) += text;
  };
  run_c(generous(), command);
  EXPECT_EQ(out, "one\n");
  EXPECT_EQ(err, "two\n");
}

TEST(Launch, has_a_private_temporary_folder_that_goes) {
  const Outcome outcome =
      run_c(generous(), shell("cd \"$TMPDIR\" && touch left && pwd && test \"$HOME\" = \"$TMPDIR\""));
  EXPECT_EQ(outcome.status.exit_status, 0);
  const std::string folder = outcome.out.substr(0, outcome.out.size() - 1);
  EXPECT_TRUE(folder.starts_with("/"));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(Launch, names_a_program_that_does_not_exist) {
  Command command = shell("");
  command.argv = {"no-such-program-here"};
  const Interrupt interrupt;
  const auto outcome = run(generous(), command, Tier::C, interrupt);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::misconfigured);
  EXPECT_EQ(outcome.error().message, "cannot start no-such-program-here: No such file or directory");
}

TEST(Launch, names_a_folder_that_does_not_exist) {
  Command command = shell("true");
  command.cwd = "/no/such/folder";
  const Interrupt interrupt;
  const auto outcome = run(generous(), command, Tier::C, interrupt);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::misconfigured);
  EXPECT_NE(outcome.error().message.find("/no/such/folder"), std::string::npos);
}

TEST(Launch, a_hang_ends_at_the_wall_limit) {
  Policy policy;
  policy.limits.wall = 200ms;
  const Outcome outcome = run_c(policy, shell("echo started; sleep 1000"));
  EXPECT_EQ(outcome.end, End::wall_limit);
  EXPECT_EQ(outcome.out, "started\n");
  EXPECT_GE(outcome.wall, 200ms);
}

TEST(Launch, a_command_that_stops_itself_ends_at_the_wall_limit) {
  Policy policy;
  policy.limits.wall = 200ms;
  EXPECT_EQ(run_c(policy, shell("kill -STOP $$")).end, End::wall_limit);
}

TEST(Launch, closing_its_output_does_not_end_the_run) {
  Policy policy;
  policy.limits.wall = 300ms;
  EXPECT_EQ(run_c(policy, shell("exec >&- 2>&-; sleep 1000")).end, End::wall_limit);
}

TEST(Launch, a_flood_is_drained_and_counted_but_not_kept) {
  Policy policy = generous();
  policy.limits.output_bytes = 1000;
  const Outcome outcome = run_c(policy, shell("head -c 50000000 /dev/zero; head -c 5000 /dev/zero >&2"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.out, std::string(1000, '\0'));
  EXPECT_EQ(outcome.out_bytes, 50'000'000u);
  EXPECT_EQ(outcome.err_bytes, 5000u);
}

TEST(Launch, an_endless_flood_ends_at_the_wall_limit) {
  Policy policy;
  policy.limits.wall = 300ms;
  EXPECT_EQ(run_c(policy, shell("yes")).end, End::wall_limit);
}

TEST(Launch, a_signal_is_told_from_an_exit) {
  const Outcome outcome = run_c(generous(), shell("kill -SEGV $$"));
  EXPECT_EQ(outcome.end, End::signalled);
  EXPECT_EQ(outcome.status.signal_number, SIGSEGV);
}

TEST(Launch, busy_processors_end_at_the_cpu_limit) {
  Policy policy = generous();
  policy.limits.cpu = 1s;
  const Outcome outcome = run_c(policy, shell("while :; do :; done"));
  EXPECT_EQ(outcome.end, End::cpu_limit);
  EXPECT_GE(outcome.status.cpu, 900ms);
}

TEST(Launch, the_cpu_limit_counts_all_processes_together) {
  Policy policy = generous();
  policy.limits.cpu = 1s;
  EXPECT_EQ(run_c(policy, shell("for i in 1 2 3 4; do (while :; do :; done) & done; wait")).end,
            End::cpu_limit);
}

TEST(Launch, memory_that_is_really_used_ends_at_the_limit) {
  Policy policy = generous();
  policy.limits.memory_bytes = 100 << 20;
  // tail keeps the last line, which never ends; eight of them stay below the limit each and pass it together.
  const Outcome outcome = run_c(
      policy,
      shell("for i in 1 2 3 4 5 6 7 8; do (head -c 40000000 /dev/zero; sleep 1000) | tail & done; wait"));
  EXPECT_EQ(outcome.end, End::memory_limit);
}

TEST(Launch, too_many_processes_end_the_run) {
  Policy policy = generous();
  policy.limits.processes = 10;
  EXPECT_EQ(run_c(policy, shell("for i in $(seq 30); do sleep 1000 & done; wait")).end, End::process_limit);
}

TEST(Launch, a_file_beyond_the_limit_is_refused) {
  Policy policy = generous();
  policy.limits.file_bytes = 1000;
  const Outcome outcome = run_c(policy, shell("head -c 5000 /dev/zero > $TMPDIR/big; wc -c < $TMPDIR/big"));
  EXPECT_EQ(outcome.out, "1000\n");
}

TEST(Launch, many_files_beyond_the_disk_limit_end_the_run) {
  Policy policy = generous();
  policy.limits.disk_bytes = 10'000'000;
  const char* files =
      "for i in $(seq 20); do head -c 1000000 /dev/zero > $TMPDIR/$i; done; exec sleep 471105";
  const char* nameless = "exec 3> $TMPDIR/x; rm $TMPDIR/x; head -c 20000000 /dev/zero >&3; sleep 471105";
  for (const char* script : {files, nameless}) {
    const Outcome outcome = run_c(policy, shell(script));
    EXPECT_EQ(outcome.end, End::signalled) << script;
    EXPECT_EQ(outcome.status.signal_number, SIGXFSZ) << script;
  }
  EXPECT_EQ(processes_with_argument("471105"), 0);
}

TEST(Launch, daemons_are_ended_and_their_pipes_not_waited_for) {
  const Outcome outcome = run_c(
      generous(), shell("(setsid sh -c 'sleep 471101 & sleep 471101' &) ; setsid sleep 471101 & echo done"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.out, "done\n");
  EXPECT_GE(outcome.killed_leftovers, 2u);
  EXPECT_EQ(processes_with_argument("471101"), 0);
}

// A bomb of 500 processes at most, so that a helper that cannot end it does no harm to the machine.
constexpr const char* k_fork_bomb =
    "b() { [ $1 = 0 ] || { b $(($1 - 1)) | b $(($1 - 1)) & }; exec sleep 471102; }; b 8; sleep 471102";

TEST(Launch, a_fork_bomb_is_ended) {
  Policy policy;
  policy.limits.wall = 5s;
  policy.limits.processes = 50;
  const Outcome outcome = run_c(policy, shell(k_fork_bomb));
  EXPECT_EQ(outcome.end, End::process_limit);
  EXPECT_EQ(outcome.survivors, 0u);
  EXPECT_EQ(processes_with_argument("471102"), 0);
}

TEST(Launch, a_command_that_kills_its_group_and_session_spares_the_helper) {
  const Outcome outcome = run_c(generous(), shell("sleep 471103 & kill -9 0"));
  EXPECT_EQ(outcome.end, End::signalled);
  EXPECT_EQ(outcome.status.signal_number, SIGKILL);
  EXPECT_EQ(processes_with_argument("471103"), 0);
}

TEST(Launch, a_command_that_kills_its_guardian_is_swept_up) {
  const Outcome outcome = run_c(generous(), shell("setsid sleep 471104 & kill -9 $PPID; sleep 471104"));
  EXPECT_EQ(outcome.end, End::guardian_lost);
  EXPECT_EQ(processes_with_argument("471104"), 0);
}

TEST(Launch, a_command_that_stops_its_guardian_still_ends) {
  Policy policy;
  policy.limits.wall = 200ms;
  const Outcome outcome = run_c(policy, shell("kill -STOP $PPID; sleep 471105"));
  EXPECT_EQ(outcome.end, End::wall_limit);
  EXPECT_EQ(processes_with_argument("471105"), 0);
}

TEST(Launch, an_interrupt_ends_the_run) {
  Interrupt interrupt;
  Command command = shell("echo up; sleep 471106");
  command.on_output = [&](Stream, std::string_view) { interrupt.raise(); };
  const auto outcome = run(generous(), command, Tier::C, interrupt);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, End::interrupted);
  EXPECT_EQ(processes_with_argument("471106"), 0);
}

TEST(Launch, many_runs_at_once) {
  const Interrupt interrupt;
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 100; ++i) {
      threads.emplace_back([&, i] {
        const auto outcome =
            run(generous(), shell("sleep 0.2; echo " + std::to_string(i)), Tier::C, interrupt);
        if (outcome && outcome->out == std::to_string(i) + "\n") ++good;
      });
    }
  }
  EXPECT_EQ(good, 100);
}

TEST(Launch, a_path_that_is_not_absolute_is_an_error) {
  Policy policy = generous();
  policy.paths = {{"relative/folder", Access::read}};
  const Interrupt interrupt;
  const auto outcome = run(policy, shell("true"), Tier::C, interrupt);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::misconfigured);
}

}  // namespace
}  // namespace leanlab::sandbox

#include "base/process.h"

#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leanlab {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

SpawnRequest shell(const char* script) {
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c", script};
  return request;
}

TEST(RunProgram, CapturesBothStreamsAndTheStatus) {
  const auto output = run_program(shell("echo out; echo err >&2; exit 3"), 10s);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
  EXPECT_EQ(output->status.exit_status, 3);
}

TEST(RunProgram, GivesFolderAndEnvironment) {
  SpawnRequest request = shell("pwd; env");
  request.cwd = "/";
  request.env = {{"ONLY", "this"}, {"PWD", "/"}};
  EXPECT_EQ(run_program(request, 10s)->out, "/\nONLY=this\nPWD=/\n");
}

TEST(RunProgram, DoesNotWaitForAPipeThatAChildHolds) {
  const auto output = run_program(shell("sleep 1000 & echo $!"), 10s);
  ASSERT_TRUE(output);
  ::kill(std::stoi(output->out), SIGKILL);
}

TEST(RunProgram, EndsWhatTakesTooLong) {
  const auto output = run_program(shell("exec sleep 1000"), 100ms);
  ASSERT_FALSE(output);
  EXPECT_THAT(output.error().message, HasSubstr("not done within"));
}

TEST(RunProgram, IsInterrupted) {
  Interrupt interrupt;
  std::jthread other([&] { interrupt.raise(SIGINT); });
  EXPECT_EQ(run_program(shell("exec sleep 1000"), 100s, &interrupt).error().code, ErrorCode::interrupted);
  EXPECT_EQ(interrupt.signal_number(), SIGINT);
}

TEST(Spawn, NamesAMissingProgram) {
  SpawnRequest request;
  request.argv = {"no-such-program-here"};
  const auto process = spawn(request);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, ErrorCode::misconfigured);
  EXPECT_THAT(process.error().message, HasSubstr("no-such-program-here"));
}

TEST(RunningProcess, IsEndedByItsDestructor) {
  pid_t pid = 0;
  {
    auto process = spawn(shell("exec sleep 1000"));
    ASSERT_TRUE(process);
    pid = process->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

}  // namespace
}  // namespace leanlab

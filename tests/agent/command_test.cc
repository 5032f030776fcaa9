#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "agent/agent.h"
#include "base/fs.h"

namespace leanlab::agent {
namespace {

class Command : public testing::Test {
 protected:
  void program(const std::string& text, mode_t mode = 0755) {
    ASSERT_TRUE(write_file(lab() / "propose.sh", "#!/bin/sh\n" + text + "\n", Durability::fast, mode));
  }
  fs::path lab() const { return folder_.path() / "the lab"; }
  Result<Turn> turn(TurnRequest request = {}) {
    auto agent = make_agent(
        "command:./propose.sh",
        {.argument = "", .direction = Direction::minimise, .lab = lab(), .environment = {"MY_KEY"}});
    if (!agent) return tl::unexpected<Error>(agent.error());
    request.workspace = folder_.path();
    return (*agent)->take_turn(request, interrupt_);
  }
  void SetUp() override { ASSERT_TRUE(make_directories(lab())); }

  TempDirectory folder_ = *TempDirectory::make();
  Interrupt interrupt_;
};

TEST_F(Command, GetsThePromptAndSaysTheReply) {
  program(
      "cat; echo \"$LEANLAB_ROLE $LEANLAB_EXPERIMENT $LEANLAB_PARENT $LEANLAB_SEED $LEANLAB_PROPOSAL "
      "[$LEANLAB_ERROR] $MY_KEY $OTHER_KEY\"; pwd; echo talk >&2");
  ::setenv("MY_KEY", "passed", 1);
  ::setenv("OTHER_KEY", "hidden", 1);
  TurnRequest request;
  request.role = Role::spec_writer;
  request.prompt = "You are the WORKER\n";
  request.suggested_file = "experiments/exp1.py";
  request.parent_file = "experiments/sample.py";
  request.seed = 7;
  request.proposal = 3;
  request.previous_error = "it broke";
  const auto result = turn(request);
  ASSERT_TRUE(result) << one_line(result.error());
  EXPECT_EQ(
      result->reply,
      "You are the WORKER\nspec-writer experiments/exp1.py experiments/sample.py 7 3 [it broke] passed \n" +
          fs::canonical(folder_.path()).string() + "\n");
  EXPECT_NE(result->transcript.find("talk"), std::string::npos);
  EXPECT_FALSE(result->cost_usd);
}

TEST_F(Command, AFailureIsAFailedTurnWithItsLastWords) {
  program("echo thinking; echo 'no credit left' >&2; exit 3");
  const auto result = turn();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::goal_not_met);
  EXPECT_NE(result.error().message.find("exit status 3"), std::string::npos) << result.error().message;
  EXPECT_EQ(result.error().where, "no credit left");
}

TEST_F(Command, ATurnHasATimeLimitAndLeavesNothing) {
  program("sleep 1000 & echo $! > child; sleep 1000");
  TurnRequest request;
  request.limit = std::chrono::milliseconds(700);
  const auto result = turn(request);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("longer than"), std::string::npos) << result.error().message;
  const auto child = read_file(folder_.path() / "child");
  ASSERT_TRUE(child);
  EXPECT_NE(::kill(std::stoi(*child), 0), 0);
}

TEST_F(Command, AnInterruptEndsIt) {
  program("sleep 1000");
  interrupt_.raise();
  EXPECT_EQ(turn().error().code, ErrorCode::interrupted);
}

TEST_F(Command, MissingAndUnusableProgramsAreNamed) {
  EXPECT_NE(turn().error().message.find("is not there"), std::string::npos);
  program("exit 0", 0644);
  EXPECT_NE(turn().error().message.find("not executable"), std::string::npos);
  EXPECT_NE(turn().error().next.find("chmod +x"), std::string::npos);
  const BackendOptions options{
      .argument = "", .direction = Direction::minimise, .lab = lab(), .environment = {}};
  EXPECT_EQ(make_agent("command", options).error().code, ErrorCode::usage);
  EXPECT_EQ(make_agent("command:.", options).error().code, ErrorCode::misconfigured);
  EXPECT_EQ(make_agent("command:no-such-program-anywhere", options).error().code, ErrorCode::misconfigured);
  EXPECT_TRUE(make_agent("command:cat -u", options));
}

}  // namespace
}  // namespace leanlab::agent

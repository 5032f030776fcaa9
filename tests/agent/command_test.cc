#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/transcript.h"
#include "base/fs.h"
#include "sandbox/probe.h"

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
    request.workspace = workspace();
    return (*agent)->take_turn(request, interrupt_);
  }
  void SetUp() override {
    ASSERT_TRUE(make_directories(lab()));
    ASSERT_TRUE(make_directories(workspace()));
  }
  // Beside the lab: Landlock alone (tier B) cannot hide a folder inside one that may be written.
  fs::path workspace() const { return folder_.path() / "workspace"; }

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
          fs::canonical(workspace()).string() + "\n");
  const auto transcript = unpack_transcript(result->transcript);
  ASSERT_TRUE(transcript);
  EXPECT_NE(transcript->find("talk"), std::string::npos);
  EXPECT_FALSE(result->cost_usd);
}

TEST_F(Command, AFailureIsAFailedTurnWithItsLastWords) {
  program("echo thinking; echo 'no credit left' >&2; exit 3");
  const auto result = turn();
  ASSERT_TRUE(result) << one_line(result.error());
  EXPECT_EQ(result->end, TurnEnd::failed);
  EXPECT_NE(result->failure.find("exit status 3: no credit left"), std::string::npos) << result->failure;
}

TEST_F(Command, ATurnHasATimeLimitAndLeavesNothing) {
  const std::string mark = fmt::format("1000.{}", ::getpid());
  program("sleep " + mark + " & setsid sleep " + mark + " & touch began; sleep " + mark);
  TurnRequest request;
  request.limit = std::chrono::seconds(6);
  const auto result = turn(request);
  ASSERT_TRUE(result) << one_line(result.error());
  EXPECT_EQ(result->end, TurnEnd::failed);
  EXPECT_NE(result->failure.find("longer than"), std::string::npos) << result->failure;
  EXPECT_TRUE(fs::exists(workspace() / "began"));
  for (const auto& process : fs::directory_iterator("/proc")) {
    const auto command = read_file(process.path() / "cmdline");
    EXPECT_TRUE(!command || command->find(mark) == std::string::npos) << process.path();
  }
}

TEST_F(Command, AnInterruptEndsIt) {
  program("sleep 1000");
  interrupt_.raise();
  EXPECT_EQ(turn().error().code, ErrorCode::interrupted);
}

TEST_F(Command, IsHeldInItsWorkspace) {
  if (sandbox::probe().tier == sandbox::Tier::C) GTEST_SKIP() << sandbox::probe().a.reason;
  const TempDirectory elsewhere = *TempDirectory::make();
  ASSERT_TRUE(write_file(elsewhere.path() / "secret", "answer 42\n"));
  ASSERT_TRUE(make_directories(elsewhere.path() / "shared"));
  program(
      fmt::format("cat {0}/secret; echo x >{0}/secret; echo y >{0}/shared/file; ls \"$(dirname \"$0\")\"; "
                  "echo HOME=$HOME; cat >copy; touch $HOME/mine",
                  elsewhere.path().string()));
  ASSERT_TRUE(write_file(lab() / "evaluation.sh", "hidden\n"));
  TurnRequest request;
  request.writable = {(elsewhere.path() / "shared").string()};
  request.hidden = {lab().string()};
  request.prompt = "the prompt";
  const auto result = turn(request);
  ASSERT_TRUE(result) << one_line(result.error());
  EXPECT_EQ(result->reply.find("answer"), std::string::npos) << result->reply;
  EXPECT_EQ(result->reply.find("evaluation.sh"), std::string::npos) << result->reply;
  EXPECT_EQ(result->network, Network::none);
  EXPECT_EQ(read_file(elsewhere.path() / "secret").value_or("nothing"), "answer 42\n") << result->reply;
  EXPECT_EQ(read_file(elsewhere.path() / "shared/file").value_or("nothing"), "y\n") << result->reply;
  EXPECT_EQ(read_file(workspace() / "copy").value_or("nothing"), "the prompt") << result->reply;
}

TEST_F(Command, AScriptMayLieAnywhereAndBeNamedByItsInterpreter) {
  const TempDirectory elsewhere = *TempDirectory::make();
  const fs::path script = elsewhere.path() / "far away.sh";
  ASSERT_TRUE(write_file(script, "echo far $1\n"));
  ASSERT_TRUE(write_file(lab() / "near.sh", "echo near\n"));
  const auto reply = [&](const std::string& spec) {
    auto agent =
        make_agent(spec, {.argument = "", .direction = Direction::minimise, .lab = lab(), .environment = {}});
    TurnRequest request;
    request.workspace = workspace();
    request.hidden = {lab().string(), (lab() / "evaluation.sh").string()};
    const auto result =
        agent ? (*agent)->take_turn(request, interrupt_) : tl::unexpected<Error>(agent.error());
    return result ? result->reply : one_line(result.error());
  };
  EXPECT_EQ(reply(fmt::format("command:sh '{}' away", script.string())), "far away\n");
  EXPECT_EQ(reply("command:sh near.sh"), "near\n");
  EXPECT_EQ(reply("command:sh ./near.sh"), "near\n");
  ASSERT_TRUE(write_file(lab() / "evaluation.sh", "echo leaked\n"));
  EXPECT_NE(reply("command:sh evaluation.sh").find("no agent may see"), std::string::npos);
}

TEST_F(Command, MissingAndUnusableProgramsAreNamed) {
  EXPECT_NE(turn().error().message.find("is not there"), std::string::npos);
  program("exit 0", 0644);
  EXPECT_NE(turn().error().message.find("not executable"), std::string::npos);
  EXPECT_NE(turn().error().next.find("chmod +x"), std::string::npos);
  const BackendOptions options{
      .argument = "", .direction = Direction::minimise, .lab = lab(), .environment = {}};
  EXPECT_EQ(make_agent("command", options).error().code, ErrorCode::usage);
  EXPECT_EQ(make_agent("command:.", options).error().code, ErrorCode::agent_unavailable);
  EXPECT_EQ(make_agent("command:no-such-program-anywhere", options).error().code,
            ErrorCode::agent_unavailable);
  EXPECT_TRUE(make_agent("command:cat -u", options));
}

}  // namespace
}  // namespace leanlab::agent

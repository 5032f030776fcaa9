#include "agent/gate.h"

#include <gtest/gtest.h>

#include "base/interrupt.h"
#include "sandbox/launch.h"
#include "sandbox/policies.h"
#include "sandbox/probe.h"

namespace leanlab::agent {
namespace {

/// Runs a line of bash in a world with that gate's doors.
class InTheWorld : public testing::Test {
 protected:
  void SetUp() override {
    if (!sandbox::probe().a.available) GTEST_SKIP() << sandbox::probe().a.reason;
  }
  std::string run(const std::string& script) {
    sandbox::Limits limits;
    limits.wall = std::chrono::seconds(60);
    const sandbox::Policy policy = sandbox::agent_policy({}, {}, limits);
    sandbox::Command command;
    command.argv = {"/bin/bash", "-c", script};
    command.cwd = "/tmp";
    command.env = {{"PATH", "/usr/bin:/bin"}};
    command.doors = gate_.doors();
    command.on_door = [&](std::uint16_t port, Fd listener) { gate_.open(port, std::move(listener)); };
    const Interrupt interrupt;
    const auto outcome = sandbox::run(policy, command, sandbox::Tier::A, interrupt);
    events_ = gate_.close();
    return outcome ? outcome->out + outcome->err : one_line(outcome.error());
  }
  Gate gate_{{"api.x.com"}};
  std::vector<Gate::Event> events_;
};

TEST_F(InTheWorld, AHostThatIsNotListedIsRefusedAndNoted) {
  const std::string said =
      run("exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT evil.example:443 HTTP/1.1\\r\\n\\r\\n' >&3; head "
          "-1 <&3");
  EXPECT_NE(said.find("403"), std::string::npos) << said;
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].target, "evil.example:443");
  EXPECT_TRUE(events_[0].refused);
}

TEST_F(InTheWorld, NothingElseCanBeReached) {
  const std::string said =
      run("for there in 127.0.0.1/22 127.0.0.1/80 1.1.1.1/53; do (exec 3<>/dev/tcp/$there) 2>/dev/null && "
          "echo reached; "
          "done; echo end; ls /sys/class/net 2>/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1");
  EXPECT_EQ(said.find("reached"), std::string::npos) << said;
  EXPECT_NE(said.find("end"), std::string::npos) << said;
}

}  // namespace
}  // namespace leanlab::agent

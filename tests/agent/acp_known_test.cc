#include "agent/backends/acp_known.h"

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

std::string login_of(const std::vector<std::string>& words) {
  const KnownAcp* known = known_acp(words);
  return known == nullptr ? "" : known->folder;
}

TEST(KnownAcp, AreFoundByTheirProgramOrTheirPackage) {
  EXPECT_EQ(login_of({"/usr/local/bin/claude-agent-acp"}), ".claude");
  EXPECT_EQ(
      login_of({"/usr/bin/node", "/opt/node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js"}),
      ".claude");
  EXPECT_EQ(login_of({"/opt/node_modules/@zed-industries/codex-acp-linux-x64/bin/codex-acp"}), ".codex");
  EXPECT_EQ(login_of({"/opt/node_modules/.bin/gemini", "--acp"}), ".gemini");
  EXPECT_EQ(login_of({"/usr/bin/node", "/opt/node_modules/@google/gemini-cli/bundle/gemini.js", "--acp"}),
            ".gemini");
}

TEST(KnownAcp, ANameElsewhereLendsNoLogin) {
  EXPECT_EQ(login_of({"/home/gemini/agent"}), "");
  EXPECT_EQ(login_of({"/usr/bin/python3", "/home/u/codex-acp/agent.py"}), "");
  EXPECT_EQ(login_of({"/opt/agent", "gemini", "--like=codex-acp"}), "");
  EXPECT_EQ(login_of({"/opt/node_modules/evil/gemini-cli/index.js"}), "");
}

}  // namespace
}  // namespace leanlab::agent

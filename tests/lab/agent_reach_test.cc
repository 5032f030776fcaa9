#include "lab/agent_reach.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab::lab {
namespace {

class AgentFolders : public testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("LEANLAB_AGENT_WRITE");
    for (const char* folder : {".leanlab/numbers/data", ".leanlab/other", ".leanlab/state", ".git", "notes",
                               "notes/deep", "data/answers", "public"})
      ASSERT_TRUE(make_directories(root() / folder));
    config_.data = {"../../data/answers"};
    config_.sandbox.read = {"../../public"};
    config_.eval_cmd = "sh evaluation.sh {file}";
  }
  void TearDown() override { ::unsetenv("LEANLAB_AGENT_WRITE"); }
  fs::path root() const { return fs::canonical(folder_.path()); }
  Result<std::vector<std::string>> folders(const std::string& named) {
    config_.sandbox.write = {named};
    const Project project{root(), root() / ".leanlab", root() / ".leanlab/state"};
    return agent_folders(project, {"numbers", root() / ".leanlab/numbers", project.state / "labs/numbers"},
                         config_);
  }
  TempDirectory folder_ = *TempDirectory::make();
  Config config_;
};

TEST_F(AgentFolders, AreGivenFromTheProjectOrAbsolute) {
  const std::vector<std::string> notes{(root() / "notes").string()};
  ASSERT_TRUE(folders("notes"));
  EXPECT_EQ(*folders("notes"), notes);
  EXPECT_EQ(*folders((root() / "notes/deep/..").string()), notes);
}

TEST_F(AgentFolders, NeverHoldNorLieInWhatAScoreDependsOn) {
  for (const char* named :
       {".", "..", "/", ".leanlab", ".leanlab/numbers", ".leanlab/numbers/data", ".leanlab/other",
        ".leanlab/state", ".git", "data", "data/answers", "public", "/usr", "/usr/share", "/etc"}) {
    const auto found = folders(named);
    ASSERT_FALSE(found) << named;
    EXPECT_EQ(found.error().code, ErrorCode::misconfigured);
    EXPECT_NE(found.error().message.find("no agent may change that"), std::string::npos)
        << one_line(found.error());
  }
}

TEST_F(AgentFolders, ALinkIsWhatItLeadsTo) {
  fs::create_symlink(root() / ".leanlab/other", root() / "link");
  EXPECT_FALSE(folders("link"));
}

TEST_F(AgentFolders, ALabThatLiesElsewhereIsOneToo) {
  ASSERT_TRUE(make_directories(root() / "labs/mine/notes"));
  EXPECT_TRUE(folders("labs"));
  ASSERT_TRUE(write_file(root() / "labs/mine/lab.json", "{}"));
  for (const char* named : {"labs", "labs/mine", "labs/mine/notes"}) EXPECT_FALSE(folders(named)) << named;
}

TEST_F(AgentFolders, AMissingOneIsToldWithWhatToType) {
  const auto found = folders("absent");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().next.find("mkdir -p"), std::string::npos);
}

TEST_F(AgentFolders, TheVariableIsHeldToTheSame) {
  ::setenv("LEANLAB_AGENT_WRITE", (root() / "notes/deep").c_str(), 1);
  const auto both = folders("notes");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->size(), 2u);
  ::setenv("LEANLAB_AGENT_WRITE", (root() / ".leanlab").c_str(), 1);
  EXPECT_FALSE(folders("notes"));
}

}  // namespace
}  // namespace leanlab::lab

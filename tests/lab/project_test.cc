#include "lab/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ProjectTest : public testing::Test {
 protected:
  void SetUp() override {
    std::error_code error;
    root_ = fs::canonical(folder_->path(), error);
    ASSERT_FALSE(error);
  }
  void make_lab(const std::string& name) { make_lab_at(root_ / ".leanlab" / name); }
  static void make_lab_at(const fs::path& folder) {
    ASSERT_TRUE(make_directories(folder));
    ASSERT_TRUE(write_file(folder / "lab.json", "{}"));
  }
  static void git(const fs::path& where, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"git", "-c", "user.name=t", "-c", "user.email=t@t", "-C", where.string()});
    const auto done =
        run_program({.argv = arguments, .cwd = {}, .env = {}, .fds = {}}, std::chrono::seconds(60));
    ASSERT_TRUE(done);
    ASSERT_TRUE(done->status.ok()) << done->err;
  }
  Project project(const fs::path& state = {}) { return find_project(root_, state); }

  Result<TempDirectory> folder_ = TempDirectory::make(fs::temp_directory_path(), "leanlab project ü ");
  fs::path root_;
};

TEST_F(ProjectTest, TheNearestLeanlabFolderIsTheRoot) {
  make_lab("digits");
  ASSERT_TRUE(make_directories(root_ / "a/b"));
  EXPECT_EQ(find_project(root_ / "a/b", {}).root, root_);
  EXPECT_EQ(find_project(root_ / "a/b/", {}).home, root_ / ".leanlab");
  EXPECT_EQ(find_project(root_ / ".leanlab/digits", {}).root, root_);
  EXPECT_EQ(find_project(root_, "/elsewhere/state").state, "/elsewhere/state");
}

TEST_F(ProjectTest, ElseGitsTopLevelElseTheStart) {
  ASSERT_TRUE(make_directories(root_ / "a/b"));
  EXPECT_EQ(find_project(root_ / "a/b", {}).root, root_ / "a/b");
  ASSERT_TRUE(make_directories(root_ / ".git"));
  EXPECT_EQ(find_project(root_ / "a/b", {}).root, root_);
}

TEST_F(ProjectTest, ListsLabsOnly) {
  make_lab("zeta");
  make_lab("mein Labor ü");
  ASSERT_TRUE(make_directories(root_ / ".leanlab/empty"));
  make_lab("state");
  make_lab(".hidden");
  EXPECT_THAT(lab_names(project()), ElementsAre("mein Labor ü", "zeta"));
  EXPECT_THAT(lab_names(find_project("/nonexistent", {})), ElementsAre());
}

TEST_F(ProjectTest, FindsALabByNameAndByPath) {
  make_lab("mein Labor");
  const fs::path folder = root_ / ".leanlab/mein Labor";
  for (const std::string& asked :
       {std::string("mein Labor"), std::string("mein Labor/"), folder.string(), folder.string() + "/",
        std::string(".leanlab/mein Labor"), (root_ / ".leanlab/../.leanlab/mein Labor").string()}) {
    const auto place = find_lab(project(), asked);
    ASSERT_TRUE(place) << asked << ": " << place.error().message;
    EXPECT_EQ(place->name, "mein Labor");
    EXPECT_EQ(place->folder, folder);
    EXPECT_EQ(place->state, root_ / ".leanlab/state/labs/mein Labor");
  }
}

TEST_F(ProjectTest, ALabOfAnotherProjectKeepsItsOwnState) {
  make_lab_at(root_ / "other/.leanlab/digits");
  make_lab_at(root_ / "bare/digits");
  make_lab("digits");
  const auto other = find_lab(project(), (root_ / "other/.leanlab/digits").string());
  ASSERT_TRUE(other);
  EXPECT_EQ(other->state, root_ / "other/.leanlab/state/labs/digits");
  const auto bare = find_lab(project(), (root_ / "bare/digits").string());
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->name, "digits");
  EXPECT_NE(bare->state, find_lab(project(), "digits")->state);
  EXPECT_EQ(bare->state.parent_path(), root_ / ".leanlab/state/labs");
}

TEST_F(ProjectTest, AMisspeltLabGetsASuggestion) {
  make_lab("digits");
  ASSERT_TRUE(make_directories(root_ / ".leanlab/broken"));
  const auto missing = find_lab(project(), "digts");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("did you mean \"digits\"?"));
  EXPECT_EQ(missing.error().next, "leanlab list");
  EXPECT_THAT(find_lab(project(), "broken").error().message, HasSubstr("has no lab.json"));
  for (const char* odd : {"", "/", "..", "../x", "/nonexistent/lab", "a\x1b[31m", "\xff"}) {
    const auto place = find_lab(project(), odd);
    ASSERT_FALSE(place) << odd;
    EXPECT_EQ(place.error().code, ErrorCode::not_found) << odd;
    EXPECT_THAT(place.error().message, testing::Not(HasSubstr("\x1b")));
  }
}

TEST_F(ProjectTest, SomeNamesCannotBeLabs) {
  for (const char* name : {"", "state", "worktrees", "locks", "events", ".x", "a/b", "a\\b", "..", "-n", " a",
                           "a ", "a\nb", "\xff"}) {
    const auto place = place_of(project(), name);
    ASSERT_FALSE(place) << name;
    EXPECT_EQ(place.error().code, ErrorCode::usage) << name;
  }
  for (const char* name : {"a", "mein Labor", "实验", "a.b", "states"})
    EXPECT_TRUE(place_of(project(), name)) << name;
}

TEST_F(ProjectTest, PreparingKeepsTheStateOutOfGit) {
  git(root_, {"init", "-q"});
  const fs::path nested = root_ / "sub [x] dir";
  make_lab_at(nested / ".leanlab/digits");
  const Project inner = find_project(nested, {});
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(prepare_state(inner));
  struct stat info{};
  ASSERT_EQ(::stat(inner.state.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
  ASSERT_TRUE(write_file(inner.state / "ledger", "x"));
  const auto status = run_program({.argv = {"git", "-C", root_.string(), "status", "--porcelain", "-uall"},
                                   .cwd = {},
                                   .env = {},
                                   .fds = {}},
                                  std::chrono::seconds(60));
  EXPECT_EQ(status->out, "?? \"sub [x] dir/.leanlab/digits/lab.json\"\n");
  const std::string exclude = *read_file(root_ / ".git/info/exclude");
  EXPECT_EQ(exclude.find(".leanlab/state/"), exclude.rfind(".leanlab/state/"));
}

TEST_F(ProjectTest, PreparingWorksInAGitWorktree) {
  const fs::path main = root_ / "main";
  ASSERT_TRUE(make_directories(main));
  git(main, {"init", "-q"});
  git(main, {"commit", "-q", "--allow-empty", "-m", "first"});
  git(main, {"worktree", "add", "-q", (root_ / "tree").string()});
  make_lab_at(root_ / "tree/.leanlab/digits");
  ASSERT_TRUE(prepare_state(find_project(root_ / "tree", {})));
  EXPECT_THAT(*read_file(main / ".git/info/exclude"), HasSubstr("/.leanlab/state/"));
}

TEST_F(ProjectTest, PreparingNeedsNoGit) {
  ASSERT_TRUE(prepare_state(project()));
  EXPECT_TRUE(fs::is_directory(root_ / ".leanlab/state"));
  EXPECT_FALSE(fs::exists(root_ / ".git"));
}

TEST_F(ProjectTest, AFolderOfTheUsersKeepsItsPermissions) {
  const fs::path state = root_ / "shared";
  ASSERT_TRUE(make_directories(state));
  ASSERT_EQ(::chmod(state.c_str(), 0775), 0);
  ASSERT_TRUE(prepare_state(project(state)));
  struct stat info{};
  ASSERT_EQ(::stat(state.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0775u);
}

TEST_F(ProjectTest, AStateFolderServesOneProject) {
  make_lab_at(root_ / "one/.leanlab/digits");
  make_lab_at(root_ / "two/.leanlab/digits");
  const fs::path state = root_ / "fast disk";
  ASSERT_TRUE(prepare_state(find_project(root_ / "one", state)));
  ASSERT_TRUE(prepare_state(find_project(root_ / "one", state)));
  const auto second = prepare_state(find_project(root_ / "two", state));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::misconfigured);
  EXPECT_THAT(second.error().message, HasSubstr((root_ / "one").string()));
}

}  // namespace
}  // namespace leanlab::lab

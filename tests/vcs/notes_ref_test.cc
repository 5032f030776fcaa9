// A ref of ours in a real repository: what is written is read back, and the user's own things stay as they are.
#include "vcs/notes_ref.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::vcs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class NotesRefTest : public testing::Test {
 protected:
  void SetUp() override {
    if (find_program("git").empty()) GTEST_SKIP() << "there is no git program";
    git({"init", "-q", "-b", "main"});
    git({"-c", "user.name=n", "-c", "user.email=e@x", "commit", "-q", "--allow-empty", "-m", "first"});
  }
  std::string git(std::vector<std::string> arguments) {
    SpawnRequest request;
    request.argv = {"git"};
    request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
    request.cwd = folder_->path();
    const auto done = run_program(request, std::chrono::seconds(60));
    EXPECT_TRUE(done && done->status.ok()) << (done ? done->err : one_line(done.error()));
    return done ? std::string(trim(done->out)) : std::string();
  }
  NotesRef notes() const { return *NotesRef::around(folder_->path() / "a/b", "refs/leanlab/ledger"); }
  std::optional<TempDirectory> folder_ = *TempDirectory::make();
};

TEST_F(NotesRefTest, WritesReadsAndReplaces) {
  EXPECT_EQ(*notes().read("a.json"), std::nullopt);
  EXPECT_THAT(*notes().names(), IsEmpty());
  ASSERT_TRUE(notes().write("a.json", "{\n  \"n\": 1\n}\n", "one"));
  ASSERT_TRUE(notes().write("b.json", "b", "two"));
  ASSERT_TRUE(notes().write("a.json", "new", "three"));
  EXPECT_EQ(*notes().read("a.json"), "new");
  EXPECT_EQ(*notes().read("b.json"), "b");
  EXPECT_EQ(*notes().read("c.json"), std::nullopt);
  EXPECT_THAT(*notes().names(), ElementsAre("a.json", "b.json"));
  EXPECT_EQ(git({"rev-list", "--count", "refs/leanlab/ledger"}), "3");
}

TEST_F(NotesRefTest, LeavesTheUsersThingsAlone) {
  ASSERT_TRUE(write_file(folder_->path() / ".git/hooks/reference-transaction", "#!/bin/sh\ntouch hooked\n",
                         Durability::fast, 0755));
  const std::string head = git({"rev-parse", "HEAD"});
  std::error_code ignored;
  fs::remove(folder_->path() / "hooked", ignored);
  ASSERT_TRUE(notes().write("a.json", "1", "one"));
  EXPECT_FALSE(fs::exists(folder_->path() / "hooked")) << "a hook of the repository was run";
  EXPECT_EQ(git({"rev-parse", "HEAD"}), head);
  EXPECT_EQ(git({"status", "--porcelain"}), "");
}

TEST_F(NotesRefTest, ManyWritersAtOnce) {
  constexpr int k_writers = 4;
  {
    std::vector<std::jthread> writers;
    for (int n = 0; n < k_writers; ++n) {
      writers.emplace_back([&, n] {
        const Status written = notes().write(fmt::format("{}.json", n), "text", "one of many");
        EXPECT_TRUE(written) << one_line(written.error());
      });
    }
  }
  EXPECT_EQ(notes().names()->size(), static_cast<std::size_t>(k_writers));
}

TEST_F(NotesRefTest, NoRepositoryNoRef) {
  const auto bare = *TempDirectory::make();
  EXPECT_FALSE(NotesRef::around(bare.path(), "refs/leanlab/ledger").has_value());
}

TEST_F(NotesRefTest, ABrokenRepositoryIsAnError) {
  ASSERT_TRUE(write_file(folder_->path() / ".git/HEAD", "nonsense"));
  EXPECT_FALSE(notes().read("a.json"));
  EXPECT_FALSE(notes().write("a.json", "1", "one"));
}

}  // namespace
}  // namespace leanlab::vcs

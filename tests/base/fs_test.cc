#include "base/fs.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace leanlab {
namespace {

class FsTest : public testing::Test {
 protected:
  TempDirectory folder_ = *TempDirectory::make();
  fs::path path(const std::string& name) const { return folder_.path() / name; }
};

TEST_F(FsTest, WritesAndReadsWholeFiles) {
  ASSERT_TRUE(write_file(path("a ü.txt"), "one"));
  ASSERT_TRUE(write_file(path("a ü.txt"), "two", Durability::fsynced));
  EXPECT_EQ(*read_file(path("a ü.txt")), "two");
  EXPECT_EQ(list_directory(folder_.path())->size(), 1u) << "no temporary file may stay";
  EXPECT_EQ(read_file(path("none")).error().code, ErrorCode::io);
  EXPECT_EQ(read_file(path("a ü.txt"), 2).error().code, ErrorCode::misconfigured);
}

TEST_F(FsTest, RemovesReadOnlyTreesAndNeverFollowsLinks) {
  ASSERT_TRUE(make_directories(path("tree/sub")));
  ASSERT_TRUE(write_file(path("kept"), "x"));
  ASSERT_TRUE(write_file(path("tree/sub/file"), "x"));
  fs::create_directory_symlink(folder_.path(), path("tree/link"));
  fs::permissions(path("tree/sub"), fs::perms::none);
  ASSERT_TRUE(remove_tree(path("tree")));
  EXPECT_FALSE(fs::exists(path("tree")));
  EXPECT_TRUE(fs::exists(path("kept")));
  EXPECT_TRUE(remove_tree(path("tree"))) << "a missing tree is fine";
}

TEST_F(FsTest, RemovesTreesThatAreDeeperThanThereAreDescriptors) {
  // Made as a hostile program makes it: a folder at a time, each from within the last one, some closed to their owner.
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit few{128, usual.rlim_max};
  const fs::path before = fs::current_path();
  ASSERT_TRUE(make_directories(path("deep")));
  fs::current_path(path("deep"));
  for (int level = 0; level < 400; ++level) {
    fs::create_directory("d");
    fs::create_directory(fmt::format("e{}", level));
    fs::current_path("d");
    if (level % 100 == 0) {
      ASSERT_TRUE(write_file("file", "x"));
    }
    if (level % 100 == 50) fs::permissions(".", fs::perms::owner_exec | fs::perms::owner_write);
  }
  fs::current_path(before);
  ::setrlimit(RLIMIT_NOFILE, &few);
  const Status removed = remove_tree(path("deep"));
  ::setrlimit(RLIMIT_NOFILE, &usual);
  ASSERT_TRUE(removed) << one_line(removed.error());
  EXPECT_FALSE(fs::exists(path("deep")));
}

TEST_F(FsTest, CopiesTreesWithLinksAsLinks) {
  ASSERT_TRUE(make_directories(path("from/sub")));
  ASSERT_TRUE(write_file(path("from/sub/file"), "x", Durability::fast, 0755));
  fs::create_symlink("sub/file", path("from/link"));
  ASSERT_TRUE(copy_tree(path("from"), path("to")));
  EXPECT_TRUE(fs::is_symlink(path("to/link")));
  EXPECT_NE(fs::status(path("to/sub/file")).permissions() & fs::perms::owner_exec, fs::perms::none);
}

TEST_F(FsTest, ALockHasOneHolder) {
  auto first = FileLock::try_take(path("lock"));
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->describe("pid 7"));
  auto second = FileLock::try_take(path("lock"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::lab_busy);
  EXPECT_EQ(second.error().context.at(0), "pid 7");
  {
    const FileLock gone = std::move(*first);
  }
  EXPECT_TRUE(FileLock::try_take(path("lock")));
}

TEST_F(FsTest, WhatADeadProcessLeftIsClearedAndWhatIsInUseIsNot) {
  const fs::path dead = path(std::string(k_temp_prefix) + "dead01");
  ASSERT_TRUE(make_directories(dead / "sub"));
  ASSERT_TRUE(write_file(dead / "sub/file", "x"));
  ASSERT_TRUE(make_directories(path("leanlab-of-somebody-else")));
  const auto alive = TempDirectory::make(folder_.path());
  ASSERT_TRUE(alive);
  EXPECT_EQ(clear_abandoned_temp_directories(folder_.path()), 1u);
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_TRUE(fs::exists(alive->path()));
  EXPECT_TRUE(fs::exists(path("leanlab-of-somebody-else")));
}

TEST(ErrnoError, SaysWhatToDoOnAFullAndOnAReadOnlyDisk) {
  EXPECT_NE(errno_error(ENOSPC, "cannot write").next.find("free some space"), std::string::npos);
  EXPECT_NE(errno_error(EROFS, "cannot write").next.find("--state-dir"), std::string::npos);
}

}  // namespace
}  // namespace leanlab

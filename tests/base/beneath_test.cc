// Tests of base/beneath: what lies in the folder opens, whatever leads out does not.
#include "base/beneath.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab {
namespace {

TEST(Beneath, OpensWhatLiesInTheFolderAndNothingElse) {
  const auto temp = TempDirectory::make();
  ASSERT_TRUE(temp);
  const fs::path folder = temp->path() / "folder";
  ASSERT_TRUE(make_directories(folder / "sub"));
  ASSERT_TRUE(write_file(folder / "sub/file", "inside"));
  ASSERT_TRUE(write_file(temp->path() / "outside", "outside"));
  fs::create_symlink(temp->path() / "outside", folder / "link");
  fs::create_symlink(temp->path(), folder / "out");
  fs::create_symlink("sub", folder / "within");
  const auto fd = open_beneath(folder, "sub/file", O_RDONLY);
  ASSERT_TRUE(fd) << fd.error().message;
  EXPECT_EQ(read_all(fd->get(), 100).value(), "inside");
  EXPECT_TRUE(open_beneath(folder, "sub/new", O_WRONLY | O_CREAT, 0600));
  for (const char* path :
       {"link", "out/outside", "../outside", "sub/../../outside", "within/file", "/etc/hostname"})
    EXPECT_FALSE(open_beneath(folder, path, O_RDONLY)) << path;
  EXPECT_FALSE(open_beneath(folder, "link", O_WRONLY | O_CREAT | O_TRUNC, 0600));
  EXPECT_EQ(read_file(temp->path() / "outside").value(), "outside");
}

}  // namespace
}  // namespace leanlab

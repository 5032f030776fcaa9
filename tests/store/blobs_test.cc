#include "store/blobs.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/process.h"

namespace leanlab::store {
namespace {

class BlobsTest : public testing::Test {
 protected:
  TempDirectory temp_ = *TempDirectory::make();
  fs::path folder_ = temp_.path() / "blobs ü";
  Blobs blobs_{folder_};
};

TEST_F(BlobsTest, StoresByHashReadOnlyAndOnce) {
  const std::string data("bytes with a zero \0 inside", 26);
  const auto hash = blobs_.put(data);
  ASSERT_TRUE(hash) << one_line(hash.error());
  EXPECT_EQ(*hash, sha256_hex(data));
  EXPECT_EQ(*blobs_.get(*hash), data);
  EXPECT_TRUE(blobs_.contains(*hash));
  EXPECT_EQ(blobs_.path_of(*hash), folder_ / hash->substr(0, 2) / hash->substr(2));
  struct stat before{};
  ASSERT_EQ(::stat(blobs_.path_of(*hash).c_str(), &before), 0);
  EXPECT_EQ(before.st_mode & 07777, 0444u);
  ASSERT_TRUE(blobs_.put(data));
  struct stat after{};
  ASSERT_EQ(::stat(blobs_.path_of(*hash).c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino) << "the same content is not written again";
  EXPECT_TRUE(list_directory(folder_ / "unfinished")->empty());
  EXPECT_EQ(*blobs_.get(*blobs_.put("")), "");
}

TEST_F(BlobsTest, ChangedAndMissingBlobsAreNamed) {
  const std::string hash = *blobs_.put("the content");
  ASSERT_TRUE(remove_tree(blobs_.path_of(hash)));
  EXPECT_FALSE(blobs_.contains(hash));
  EXPECT_EQ(blobs_.get(hash).error().code, ErrorCode::io);
  ASSERT_TRUE(write_file(blobs_.path_of(hash), "the cOntent"));
  const auto changed = blobs_.get(hash);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::integrity);
  EXPECT_EQ(changed.error().where, blobs_.path_of(hash).string());
  for (const char* wrong : {"", "a", "../../etc/passwd", "ABCDEF"}) {
    EXPECT_EQ(blobs_.get(wrong).error().code, ErrorCode::integrity) << wrong;
    EXPECT_FALSE(blobs_.contains(wrong)) << wrong;
  }
}

TEST_F(BlobsTest, CutBlobIsPutAgain) {
  const std::string hash = *blobs_.put("the content");
  ASSERT_TRUE(write_file(blobs_.path_of(hash), "the"));
  EXPECT_EQ(*blobs_.put("the content"), hash);
  EXPECT_EQ(*blobs_.get(hash), "the content");
}

TEST_F(BlobsTest, ManyThreadsPutTheSame) {
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int n = 0; n < 10; ++n) EXPECT_TRUE(blobs_.put("content " + std::to_string(n)));
      });
    }
  }
  for (int n = 0; n < 10; ++n) EXPECT_TRUE(blobs_.get(sha256_hex("content " + std::to_string(n))));
  EXPECT_TRUE(list_directory(folder_ / "unfinished")->empty());
}

TEST_F(BlobsTest, KilledWhilePuttingLeavesAllOrNothing) {
  for (const char* point : {"blob.written", "blob.renamed"}) {
    SpawnRequest request;
    request.argv = {LEANLAB_STORE_WRITER, "blob", folder_.string(), point};
    request.env.emplace().emplace_back("LEANLAB_CRASH_AT", point);
    auto writer = spawn(request);
    ASSERT_TRUE(writer);
    EXPECT_EQ(writer->wait().signal_number, SIGKILL);
    const std::string hash = sha256_hex(point);
    EXPECT_EQ(blobs_.contains(hash), std::string(point) == "blob.renamed");
    EXPECT_EQ(*blobs_.put(point), hash);
    EXPECT_EQ(*blobs_.get(hash), point);
  }
  EXPECT_EQ(list_directory(folder_ / "unfinished")->size(), 1u);
  ASSERT_TRUE(blobs_.remove_leftovers());
  EXPECT_FALSE(fs::exists(folder_ / "unfinished"));
  EXPECT_TRUE(blobs_.put("more"));
}

}  // namespace
}  // namespace leanlab::store

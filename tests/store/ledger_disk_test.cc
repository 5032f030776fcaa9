// Disks that are full, broken or read-only.
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store/ledger.h"
#include "store_support.h"

namespace {
std::atomic<int> failing_syncs{0};
}

// Takes the C library's place in this binary, so that a flush can fail as it does on a broken disk.
extern "C" int fdatasync(int fd) {
  if (failing_syncs > 0) {
    --failing_syncs;
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace leanlab::store {
namespace {

using testing::HasSubstr;

class LedgerDiskTest : public LedgerTest {
 protected:
  void TearDown() override {
    if (mounted_) ::umount2(disk_.c_str(), MNT_DETACH);
  }
  // A disk of 256 KiB at disk_, seen by this process only. Returns why there is none.
  std::string mount_small_disk() {
    EXPECT_TRUE(make_directories(disk_));
    if (::unshare(CLONE_NEWNS) != 0) return fmt::format("no mount namespace here: {}", std::strerror(errno));
    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (::mount("none", disk_.c_str(), "tmpfs", 0, "size=256k") != 0) {
      return fmt::format("cannot mount a tmpfs: {}", std::strerror(errno));
    }
    mounted_ = true;
    return "";
  }
  fs::path disk_ = temp_.path() / "disk";
  bool mounted_ = false;
};

TEST_F(LedgerDiskTest, FullDiskLosesNothingAndTheLedgerGoesOnWhenThereIsSpace) {
  const std::string no_disk = mount_small_disk();
  if (!no_disk.empty()) GTEST_SKIP() << no_disk;
  auto ledger = open_ledger(disk_ / "lab");
  ASSERT_TRUE(ledger) << why(ledger);
  ASSERT_TRUE(write_file(disk_ / "ballast", std::string(64 << 10, 'b')));
  Result<Record> last = fail(ErrorCode::internal, "none");
  for (int n = 0; n < 100; ++n) {
    last = (*ledger)->append("judged", Json{{"n", n}, {"log", std::string(5000, 'l')}});
    if (!last) break;
  }
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::no_space);
  EXPECT_THAT(last.error().next, HasSubstr("free some space"));
  const Head head = (*ledger)->head();
  EXPECT_GT(head.seq, 10u);
  EXPECT_EQ(fs::file_size(disk_ / "lab" / k_ledger_file), head.offset) << "cut back to the last whole record";

  // All of a batch fail together, and smaller records still find room.
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        const auto record = (*ledger)->append("judged", Json{{"log", std::string(9000, 'l')}});
        EXPECT_FALSE(record);
      });
    }
  }
  // What a draft noted down is taken back, so that the next one counts on from what is on disk.
  int made = 0;
  const Draft draft{"judged",
                    [&](std::uint64_t) {
                      ++made;
                      return Json{{"log", std::string(9000, 'l')}};
                    },
                    [&] { --made; }};
  EXPECT_EQ((*ledger)->append_all({draft, draft}).error().code, ErrorCode::no_space);
  EXPECT_EQ(made, 0);
  EXPECT_EQ(fs::file_size(disk_ / "lab" / k_ledger_file), (*ledger)->head().offset);
  ASSERT_TRUE(remove_tree(disk_ / "ballast"));
  const auto again = (*ledger)->append("judged", Json{{"log", std::string(5000, 'l')}});
  ASSERT_TRUE(again) << why(again);
  EXPECT_EQ(again->seq, head.seq + 1);
  ledger->reset();
  EXPECT_TRUE(verify_ledger(disk_ / "lab")->problems.empty());
}

TEST_F(LedgerDiskTest, FullDiskFromTheStartLeavesAReadableError) {
  const std::string no_disk = mount_small_disk();
  if (!no_disk.empty()) GTEST_SKIP() << no_disk;
  for (int i = 0; write_file(disk_ / fmt::format("ballast{}", i), std::string(4096, 'b')); ++i) {
  }
  const auto ledger = open_ledger(disk_);
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, ErrorCode::no_space) << why(ledger);
  ASSERT_TRUE(remove_tree(disk_ / "ballast0"));
  const auto later = open_ledger(disk_);
  EXPECT_TRUE(later) << why(later);
}

TEST_F(LedgerDiskTest, FailedFlushPoisonsTheLedger) {
  auto ledger = open_ledger(folder_);
  ASSERT_TRUE((*ledger)->append("judged", Json{{"n", 1}}));
  failing_syncs = 1;
  const auto failed = (*ledger)->append("judged", Json{{"n", 2}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::io);
  // The disk answers again, but what it forgot is not known.
  const auto after = (*ledger)->append("judged", Json{{"n", 3}});
  ASSERT_FALSE(after);
  EXPECT_THAT(after.error().message, HasSubstr("unknown"));
  EXPECT_EQ((*ledger)->head().seq, 2u);
  EXPECT_EQ(all_records(**ledger).size(), 2u);
  ledger->reset();
  EXPECT_TRUE(open_ledger(folder_)) << "a fresh start reads what is there";
}

TEST_F(LedgerDiskTest, FileChangedUnderTheWriterStopsIt) {
  auto ledger = open_ledger(folder_);
  ASSERT_TRUE((*ledger)->append("judged", Json{{"n", 1}}));
  fs::resize_file(file_, fs::file_size(file_) - 10);
  const auto record = (*ledger)->append("judged", Json{{"n", 2}});
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, ErrorCode::integrity);
  EXPECT_EQ((*ledger)->append("judged", Json{{"n", 3}}).error().code, ErrorCode::integrity);
}

TEST_F(LedgerDiskTest, ReadOnlyFolder) {
  make_ledger(folder_, 2);
  const fs::path empty = temp_.path() / "empty";
  ASSERT_TRUE(make_directories(empty));
  fs::permissions(temp_.path(), fs::perms(0755));
  for (const auto& path : {folder_, empty}) fs::permissions(path, fs::perms(0555));
  fs::permissions(file_, fs::perms(0444));
  const bool was_root = ::geteuid() == 0;
  if (was_root) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const auto writer = open_ledger(folder_);
  const auto maker = open_ledger(empty);
  const auto reader = open_ledger(folder_, Ledger::Mode::read_only);
  if (was_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  for (const auto& path : {folder_, empty}) fs::permissions(path, fs::perms(0755));
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::io);
  EXPECT_THAT(writer.error().message, HasSubstr(k_ledger_file));
  ASSERT_FALSE(maker);
  EXPECT_EQ(maker.error().code, ErrorCode::io);
  ASSERT_TRUE(reader) << why(reader);
  EXPECT_EQ((*reader)->head().seq, 3u);
}

}  // namespace
}  // namespace leanlab::store

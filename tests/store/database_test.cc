#include "store/database.h"

#include <limits>

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/fs.h"
#include "store_support.h"

namespace leanlab::store {
namespace {

using testing::HasSubstr;

constexpr const char* k_schema =
    "CREATE TABLE IF NOT EXISTS rows (number INTEGER PRIMARY KEY, name TEXT, value REAL);";

class DatabaseTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Database>> open(Database::Mode mode = Database::Mode::read_write,
                                         int version = 1) const {
    return Database::open(file_, mode, k_schema, version);
  }
  static Status insert(const Database& database, std::int64_t number, std::string_view name,
                       std::optional<double> value) {
    TRY_ASSIGN(auto statement, database.prepare("INSERT INTO rows VALUES (?, ?, ?)"));
    return statement.bind(1, number).bind(2, name).bind(3, value).run();
  }
  static std::int64_t count(const Database& database) {
    auto statement = database.prepare("SELECT count(*) FROM rows");
    EXPECT_TRUE(statement) << why(statement);
    EXPECT_TRUE(*statement->step());
    return statement->integer(0);
  }
  TempDirectory temp_ = *TempDirectory::make();
  fs::path file_ = temp_.path() / "a ü? #1%20" / "book.db";
};

TEST_F(DatabaseTest, ValuesComeBackAsTheyWent) {
  auto database = open();
  ASSERT_TRUE(database) << why(database);
  const std::string text("a\0b ü", 6);
  ASSERT_TRUE((*database)->transaction([&]() -> Status {
    TRY(insert(**database, std::numeric_limits<std::int64_t>::min(), text, 0.1));
    TRY(insert(**database, 2, "", std::nullopt));
    return insert(**database, 3, std::string_view(), -1e300);
  }));
  auto rows = (*database)->prepare("SELECT number, name, value FROM rows ORDER BY number");
  ASSERT_TRUE(*rows->step());
  EXPECT_EQ(rows->integer(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(rows->text(1), text);
  EXPECT_EQ(rows->real(2), 0.1);
  ASSERT_TRUE(*rows->step());
  EXPECT_FALSE(rows->is_null(1));
  EXPECT_EQ(rows->optional_real(2), std::nullopt);
  ASSERT_TRUE(*rows->step());
  EXPECT_FALSE(rows->is_null(1)) << "an empty text is not NULL";
  EXPECT_EQ(rows->optional_real(2), -1e300);
  EXPECT_FALSE(*rows->step());
}

TEST_F(DatabaseTest, StatementsAreUsedAgainWithoutWhatWasBound) {
  auto database = open();
  for (int round = 0; round < 3; ++round) {
    auto one = (*database)->prepare("SELECT ?");
    auto two = (*database)->prepare("SELECT ?");
    ASSERT_TRUE(*one->step());
    EXPECT_TRUE(one->is_null(0)) << "what an earlier user bound is gone";
    one->reset();
    one->bind(1, std::int64_t{7});
    two->bind(1, std::int64_t{8});
    ASSERT_TRUE(*one->step() && *two->step());
    EXPECT_EQ(one->integer(0) * 10 + two->integer(0), 78);
    Statement moved = std::move(*one);
    EXPECT_EQ(moved.integer(0), 7);
    *two = std::move(moved);
    EXPECT_EQ(two->integer(0), 7);
  }
}

TEST_F(DatabaseTest, FailedTransactionLeavesNothing) {
  auto database = open();
  ASSERT_TRUE((*database)->transaction([&] { return insert(**database, 1, "kept", 1.0); }));
  const Status failed = (*database)->transaction([&]() -> Status {
    TRY(insert(**database, 2, "gone", 2.0));
    return insert(**database, 1, "doubled", 3.0);
  });
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("UNIQUE"));
  EXPECT_EQ(count(**database), 1);
  EXPECT_TRUE((*database)->transaction([&] { return insert(**database, 2, "now", 2.0); }));
}

TEST_F(DatabaseTest, WritesOutsideOfATransactionAreRefused) {
  auto database = open();
  EXPECT_EQ(insert(**database, 1, "x", 1.0).error().code, ErrorCode::internal);
  EXPECT_EQ((*database)->execute("SELECT 1; DELETE FROM rows").error().code, ErrorCode::internal);
  EXPECT_EQ((*database)
                ->transaction([&] { return (*database)->transaction([] { return Status(); }); })
                .error()
                .code,
            ErrorCode::internal);
  EXPECT_TRUE((*database)->transaction([&] { return (*database)->execute("DELETE FROM rows; -- all\n"); }));
  EXPECT_EQ((*database)->execute("SELEKT 1").error().code, ErrorCode::internal);
  EXPECT_EQ((*database)->prepare("SELEKT 1").error().code, ErrorCode::internal);
}

TEST_F(DatabaseTest, ReadersSeeCommitsAndSnapshotsStandStill) {
  EXPECT_EQ(open(Database::Mode::read_only).error().code, ErrorCode::not_found);
  auto writer = open();
  ASSERT_TRUE((*writer)->transaction([&] { return insert(**writer, 1, "a", 1.0); }));
  auto reader = open(Database::Mode::read_only);
  ASSERT_TRUE(reader) << why(reader);
  EXPECT_EQ(count(**reader), 1);
  ASSERT_TRUE((*reader)->snapshot([&]() -> Status {
    EXPECT_EQ(count(**reader), 1);
    EXPECT_TRUE((*writer)->transaction([&] { return insert(**writer, 2, "b", 2.0); }));
    EXPECT_EQ(count(**reader), 1);
    return {};
  }));
  EXPECT_EQ(count(**reader), 2);
  EXPECT_EQ((*reader)->transaction([] { return Status(); }).error().code, ErrorCode::internal);
  EXPECT_EQ(insert(**reader, 9, "x", 1.0).error().code, ErrorCode::internal);
}

TEST_F(DatabaseTest, VersionsAreTold) {
  ASSERT_TRUE(open(Database::Mode::read_write, 2));
  for (const auto mode : {Database::Mode::read_write, Database::Mode::read_only}) {
    EXPECT_EQ(open(mode, 1).error().code, ErrorCode::unsupported);
    EXPECT_TRUE(open(mode, 2));
    EXPECT_EQ(open(mode, 3).error().code, ErrorCode::integrity) << "an older projection is made anew";
  }
}

TEST_F(DatabaseTest, DamageIsIntegrityWithTheWayOut) {
  {
    auto database = open();
    ASSERT_TRUE((*database)->transaction([&]() -> Status {
      for (int n = 0; n < 2000; ++n) TRY(insert(**database, n, "some text that takes room", 0.5 * n));
      return {};
    }));
    ASSERT_TRUE((*database)->checkpoint());
    EXPECT_TRUE((*database)->check());
  }
  ASSERT_TRUE(remove_tree(file_.string() + "-wal"));
  ASSERT_TRUE(remove_tree(file_.string() + "-shm"));
  std::string bytes = *read_file(file_);
  ASSERT_GT(bytes.size(), 40'000u);
  std::string damaged = bytes;
  damaged.replace(8192, 8192, std::string(8192, 'x'));
  ASSERT_TRUE(write_file(file_, damaged));
  auto database = open();
  ASSERT_TRUE(database) << why(database);
  const Status found = (*database)->check();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::integrity);
  EXPECT_THAT(found.error().next, HasSubstr("leanlab rebuild"));
  database->reset();
  ASSERT_TRUE(write_file(file_, "this is not a database, but it is long enough to look like a file" + bytes));
  for (const auto mode : {Database::Mode::read_write, Database::Mode::read_only}) {
    EXPECT_EQ(open(mode).error().code, ErrorCode::integrity);
  }
}

TEST_F(DatabaseTest, TheWalIsMovedIntoTheDatabaseAsItGrows) {
  auto database = open();
  for (int n = 0; n < 40; ++n) {
    ASSERT_TRUE(
        (*database)->transaction([&] { return insert(**database, n, std::string(400'000, 'x'), 1.0); }));
  }
  EXPECT_LT(fs::file_size(file_.string() + "-wal"), 8u << 20);
  EXPECT_GT(fs::file_size(file_), 8u << 20);
  EXPECT_EQ(count(**database), 40);
}

TEST_F(DatabaseTest, ReadersNeedNoRightToWrite) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody who may not write here";
  {
    auto database = open();
    ASSERT_TRUE((*database)->transaction([&] { return insert(**database, 1, "a", 1.0); }));
  }
  fs::permissions(temp_.path(), fs::perms(0755));
  const auto read_as_nobody = [&](const char* when) {
    ASSERT_EQ(::seteuid(65534), 0);
    {
      const auto reader = open(Database::Mode::read_only);
      EXPECT_TRUE(reader) << when << ": " << why(reader);
      EXPECT_EQ(reader ? count(**reader) : -1, 1) << when;
    }
    ASSERT_EQ(::seteuid(0), 0);
  };
  read_as_nobody("with what is in the WAL");
  {
    ASSERT_TRUE((*open())->checkpoint());
  }
  read_as_nobody("after a checkpoint");
  ASSERT_TRUE(remove_tree(file_.string() + "-wal"));
  ASSERT_TRUE(remove_tree(file_.string() + "-shm"));
  read_as_nobody("with the database alone");
}

}  // namespace
}  // namespace leanlab::store

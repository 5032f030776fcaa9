#include <gmock/gmock.h>

#include "base/random.h"
#include "store/ledger.h"
#include "store_support.h"

namespace leanlab::store {
namespace {

using testing::HasSubstr;

class LedgerDamageTest : public LedgerTest {
 protected:
  // What both ways of opening say of these bytes; a ledger that was only read must not change.
  void expect_damage(const std::string& damaged, const std::string& what) {
    write_bytes(damaged);
    for (const auto mode : {Ledger::Mode::read_only, Ledger::Mode::append}) {
      const auto ledger = open_ledger(folder_, mode);
      ASSERT_FALSE(ledger) << what << ": not noticed";
      EXPECT_EQ(ledger.error().code, ErrorCode::integrity) << what << ": " << why(ledger);
      EXPECT_THAT(ledger.error().where, HasSubstr("record ")) << what;
      EXPECT_THAT(ledger.error().where, HasSubstr("byte ")) << what;
    }
    EXPECT_EQ(bytes(), damaged) << what << ": damage is evidence and stays as it is";
    EXPECT_EQ(list_directory(folder_)->size(), 1u) << what << ": nothing was taken for torn";
    const auto verified = verify_ledger(folder_);
    ASSERT_TRUE(verified) << what << ": " << why(verified);
    EXPECT_EQ(verified->problems.size(), 1u) << what;
  }
};

TEST_F(LedgerDamageTest, EveryFlippedBitIsFound) {
  make_ledger(folder_, 2);
  const std::string whole = bytes();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      expect_damage(damaged, fmt::format("byte {} bit {}", i, bit));
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(LedgerDamageTest, TheRecordThatWasChangedIsNamed) {
  make_ledger(folder_, 4);
  const std::string whole = bytes();
  std::size_t begin = 0;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) {
    std::string damaged = whole;
    damaged[begin + 100] ^= 4;
    write_bytes(damaged);
    const auto ledger = open_ledger(folder_, Ledger::Mode::read_only);
    ASSERT_FALSE(ledger);
    EXPECT_THAT(ledger.error().where, HasSubstr(fmt::format("record {}, byte {}", seq, begin)));
    begin = whole.find('\n', begin) + 1;
  }
}

TEST_F(LedgerDamageTest, RemovedSwappedDoubledAndForeignLinesAreFound) {
  make_ledger(folder_, 4);
  const std::string whole = bytes();
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < whole.size();) {
    const auto end = whole.find('\n', begin) + 1;
    lines.push_back(whole.substr(begin, end - begin));
    begin = end;
  }
  const auto joined = [&](const std::vector<std::size_t>& order) {
    std::string text;
    for (const std::size_t i : order) text += lines[i];
    return text;
  };
  expect_damage(joined({0, 1, 3, 4}), "a missing line");
  expect_damage(joined({1, 2, 3, 4}), "the first line missing");
  expect_damage(joined({0, 2, 1, 3, 4}), "two lines swapped");
  expect_damage(joined({0, 1, 2, 2, 3, 4}), "a doubled line");
  expect_damage(joined({0, 1, 2, 3, 4, 4}), "the last line doubled");
  expect_damage(whole + "\n", "an empty line");
  expect_damage(whole + "hello\n", "a foreign line");
  expect_damage(whole + "hello", "foreign bytes without a newline");
  expect_damage("\n" + whole, "a newline in front");
  expect_damage(std::string(40, '\0') + whole, "zeros in front");
  // A line of another ledger fits nowhere.
  make_ledger(temp_.path() / "other", 4);
  const std::string other = *read_file(temp_.path() / "other" / k_ledger_file);
  expect_damage(joined({0, 1, 2, 3}) + other.substr(other.rfind('\n', other.size() - 2) + 1),
                "another ledger's line");
}

TEST_F(LedgerDamageTest, CutAnywhereTheWholeRecordsStayAndTheRestIsMovedAside) {
  make_ledger(folder_, 3);
  const std::string whole = bytes();
  for (const bool zeros : {false, true}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ASSERT_TRUE(remove_tree(folder_));
      ASSERT_TRUE(make_directories(folder_));
      const std::string left = whole.substr(0, size);
      write_bytes(left + std::string(zeros ? 700 : 0, '\0'));
      const auto records = static_cast<std::uint64_t>(std::count(left.begin(), left.end(), '\n'));
      // A whole record that lacks only its newline is kept: it may have been acknowledged.
      const bool only_newline_lost = whole[size] == '\n';
      const std::string unfinished = left.substr(left.rfind('\n') + 1);

      OpenReport report;
      auto ledger = open_ledger(folder_, Ledger::Mode::append, {}, &report);
      ASSERT_TRUE(ledger) << size << ": " << why(ledger);
      const std::uint64_t expected = std::max<std::uint64_t>(1, records + (only_newline_lost ? 1 : 0));
      EXPECT_EQ((*ledger)->head().seq, expected) << size;
      EXPECT_EQ(report.completed, only_newline_lost) << size;
      const bool moved = !only_newline_lost && (!unfinished.empty() || zeros);
      EXPECT_EQ(!report.torn_file.empty(), moved) << size;
      if (moved) {
        EXPECT_EQ(report.torn_file.filename(), fmt::format("ledger.torn-{}", records + 1));
        EXPECT_EQ(*read_file(report.torn_file), unfinished + std::string(zeros ? 700 : 0, '\0'));
        EXPECT_EQ(report.torn_bytes, unfinished.size() + (zeros ? 700 : 0));
      }
      ASSERT_TRUE((*ledger)->append("judged", Json{{"after", size}}));
      ledger->reset();
      EXPECT_TRUE(verify_ledger(folder_)->problems.empty()) << size;
    }
  }
}

TEST_F(LedgerDamageTest, SecondTornTailAtTheSamePlaceKeepsTheFirst) {
  make_ledger(folder_, 1);
  const std::string whole = bytes();
  for (int round = 0; round < 3; ++round) {
    write_bytes(whole + "abc");
    OpenReport report;
    ASSERT_TRUE(open_ledger(folder_, Ledger::Mode::append, {}, &report));
    EXPECT_EQ(report.torn_bytes, 3u);
  }
  EXPECT_EQ(list_directory(folder_)->size(), 4u);
}

TEST_F(LedgerDamageTest, RandomDamageIsAlwaysFound) {
  make_ledger(folder_, 30);
  const std::string whole = bytes();
  Random random(5);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole;
    const std::size_t at = random.below(damaged.size() - 40);
    switch (random.below(4)) {
      case 0:
        damaged.erase(at, 1 + random.below(30));
        break;
      case 1:
        damaged.insert(at, std::string(1 + random.below(30), static_cast<char>(random.below(256))));
        break;
      case 2:
        damaged.replace(at, 8, "12345678");
        break;
      default:
        damaged[at] = '\n';
        break;
    }
    if (damaged == whole) continue;
    expect_damage(damaged, fmt::format("round {} byte {}", round, at));
    if (HasFatalFailure()) return;
  }
}

TEST_F(LedgerDamageTest, ReadAndExpectCheckTheirRecord) {
  make_ledger(folder_, 3);
  auto ledger = open_ledger(folder_, Ledger::Mode::read_only);
  const auto records = all_records(**ledger);
  const Record& third = records[2];
  EXPECT_TRUE((*ledger)->read(third.offset, third.size));
  EXPECT_EQ((*ledger)->read(third.offset, third.size + 1).error().code, ErrorCode::integrity);
  EXPECT_EQ((*ledger)->read(third.offset + 1, third.size - 1).error().code, ErrorCode::integrity);
  EXPECT_EQ((*ledger)->read(third.offset, 1u << 30).error().code, ErrorCode::integrity);
  EXPECT_EQ((*ledger)->read(third.offset, 0).error().code, ErrorCode::integrity);
  for (const Record& record : records) {
    const Head right{record.seq, record.offset + record.size, record.hash};
    EXPECT_TRUE((*ledger)->expect(right));
    for (const Head& wrong :
         {Head{right.seq + 1, right.offset, right.hash}, Head{right.seq, right.offset + 1, right.hash},
          Head{right.seq, right.offset - 1, right.hash}, Head{right.seq, right.offset, third.hash + "0"}}) {
      EXPECT_EQ((*ledger)->expect(wrong).error().code, ErrorCode::integrity);
    }
  }
}

}  // namespace
}  // namespace leanlab::store

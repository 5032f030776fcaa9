#include "store/ledger.h"

#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "base/hash.h"
#include "store/ledger_line.h"
#include "store_support.h"

namespace leanlab::store {
namespace {

using testing::HasSubstr;

TEST_F(LedgerTest, BeginsWithARecordThatNamesFormatAndId) {
  auto ledger = open_ledger(folder_);
  ASSERT_TRUE(ledger) << why(ledger);
  EXPECT_EQ((*ledger)->head().seq, 1u);
  EXPECT_EQ((*ledger)->id().size(), 32u);
  const auto records = all_records(**ledger);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].type, "ledger");
  const Json first = *parse_json(records[0].text);
  EXPECT_EQ(first["v"], 1);
  EXPECT_EQ(first["prev"], std::string(64, '0'));
  EXPECT_EQ(first["body"]["format"], 1);
  EXPECT_EQ(first["body"]["id"], (*ledger)->id());
}

TEST_F(LedgerTest, LineIsHashSpaceJsonAndAnybodyCanCheckIt) {
  make_ledger(folder_, 1);
  const std::string text = bytes();
  const auto second = text.find('\n') + 1;
  const std::string json = text.substr(second + 65, text.size() - second - 66);
  EXPECT_EQ(text.substr(second, 64), sha256_hex(json));
  EXPECT_EQ(text[second + 64], ' ');
  EXPECT_EQ(text.back(), '\n');
  const Json record = *parse_json(json);
  EXPECT_EQ(record["seq"], 2);
  EXPECT_EQ(record["prev"], text.substr(0, 64));
  EXPECT_EQ(record["type"], "judged");
  EXPECT_EQ(record["body"]["notes"], "größer {\"a\\b\"}");
}

TEST_F(LedgerTest, GoesOnWhereItStopped) {
  const Head before = make_ledger(folder_, 3);
  auto ledger = open_ledger(folder_);
  ASSERT_TRUE(ledger) << why(ledger);
  EXPECT_EQ((*ledger)->head().hash, before.hash);
  const auto added = (*ledger)->append("refused", Json{{"why", "a link"}});
  ASSERT_TRUE(added) << why(added);
  EXPECT_EQ(added->seq, before.seq + 1);
  EXPECT_EQ(added->offset, before.offset);
  const auto again = (*ledger)->read(added->offset, added->size);
  ASSERT_TRUE(again) << why(again);
  EXPECT_EQ(again->text, added->text);
  EXPECT_EQ(again->hash, added->hash);
  EXPECT_EQ(all_records(**ledger, before).size(), 1u);
  EXPECT_EQ(all_records(**ledger).size(), 5u);
}

TEST_F(LedgerTest, ScanPassesTheVisitorsErrorOnAndStops) {
  make_ledger(folder_, 3);
  auto ledger = open_ledger(folder_, Ledger::Mode::read_only);
  int visits = 0;
  const Status status = (*ledger)->scan({}, [&](const Record&) -> Status {
    ++visits;
    return fail(ErrorCode::interrupted, "enough");
  });
  EXPECT_EQ(visits, 1);
  EXPECT_EQ(status.error().code, ErrorCode::interrupted);
}

TEST_F(LedgerTest, ReaderFollowsAWriterAndSeesNoHalfRecord) {
  auto writer = open_ledger(folder_);
  auto reader = open_ledger(folder_, Ledger::Mode::read_only);
  ASSERT_TRUE(reader) << why(reader);
  const Head before = (*reader)->head();
  ASSERT_TRUE((*writer)->append("judged", Json{{"n", 1}}));
  EXPECT_EQ(all_records(**reader, before).size(), 1u);
  // The beginning of a record, as it stands in the file while a writer writes it.
  write_bytes(bytes() + std::string(30, 'a'));
  OpenReport report;
  auto other = open_ledger(folder_, Ledger::Mode::read_only, {}, &report);
  ASSERT_TRUE(other) << why(other);
  EXPECT_EQ(report.torn_bytes, 30u);
  EXPECT_TRUE(report.torn_file.empty());
  EXPECT_EQ((*other)->head().seq, 2u);
  EXPECT_EQ((*other)->append("judged", Json::object()).error().code, ErrorCode::internal);
}

TEST_F(LedgerTest, SecondWriterIsTurnedAway) {
  auto first = open_ledger(folder_);
  auto second = open_ledger(folder_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::lab_busy);
  first->reset();
  EXPECT_TRUE(open_ledger(folder_));
}

TEST_F(LedgerTest, RefusesWhatIsNoRecord) {
  auto ledger = open_ledger(folder_);
  EXPECT_EQ((*ledger)->append("Judged", Json::object()).error().code, ErrorCode::internal);
  EXPECT_EQ((*ledger)->append("", Json::object()).error().code, ErrorCode::internal);
  EXPECT_EQ((*ledger)->append("a\"b", Json::object()).error().code, ErrorCode::internal);
  EXPECT_EQ((*ledger)->append("judged", Json::array()).error().code, ErrorCode::internal);
  EXPECT_EQ((*ledger)->append("judged", Json{{"text", std::string(17 << 20, 'x')}}).error().code,
            ErrorCode::internal);
  EXPECT_EQ((*ledger)->head().seq, 1u);
}

TEST_F(LedgerTest, LargeRecordsAreReadBack) {
  auto ledger = open_ledger(folder_);
  const std::string large(3 << 20, 'y');
  const auto record = (*ledger)->append("judged", Json{{"log", large}});
  ASSERT_TRUE(record) << why(record);
  ASSERT_TRUE((*ledger)->append("judged", Json{{"n", 2}}));
  const Head head = (*ledger)->head();
  EXPECT_EQ((*parse_json(all_records(**ledger)[1].text))["body"]["log"], large);
  EXPECT_TRUE((*ledger)->expect(Head{record->seq, record->offset + record->size, record->hash}));
  ledger->reset();
  EXPECT_TRUE(open_ledger(folder_, Ledger::Mode::read_only, head));
}

TEST_F(LedgerTest, TheClockMayGoBackwards) {
  TestClock clock;
  auto ledger = Ledger::open(folder_, Ledger::Mode::append, {}, clock);
  clock.set(UtcTime{std::chrono::milliseconds(1000)});
  ASSERT_TRUE((*ledger)->append("judged", Json{{"n", 1}}));
  ledger->reset();
  EXPECT_TRUE(open_ledger(folder_));
  EXPECT_TRUE(verify_ledger(folder_)->problems.empty());
}

TEST_F(LedgerTest, ManyThreadsShareTheLedgerAndEveryRecordIsThereOnce) {
  constexpr int k_threads = 16;
  constexpr int k_each = 40;
  auto ledger = open_ledger(folder_);
  std::vector<std::vector<Record>> acknowledged(k_threads);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < k_threads; ++t) {
      threads.emplace_back([&, t] {
        for (int n = 0; n < k_each; ++n) {
          auto record = (*ledger)->append("judged", Json{{"t", t}, {"n", n}});
          ASSERT_TRUE(record) << why(record);
          acknowledged[static_cast<std::size_t>(t)].push_back(*record);
        }
      });
    }
  }
  const auto records = all_records(**ledger);
  ASSERT_EQ(records.size(), 1u + k_threads * k_each);
  std::set<std::string> bodies;
  for (const auto& mine : acknowledged) {
    std::uint64_t last = 0;
    for (const Record& record : mine) {
      EXPECT_EQ(records[record.seq - 1].text, record.text);
      EXPECT_EQ(records[record.seq - 1].offset, record.offset);
      EXPECT_GT(record.seq, last) << "a thread's own records keep their order";
      last = record.seq;
      bodies.insert((*parse_json(record.text))["body"].dump());
    }
  }
  EXPECT_EQ(bodies.size(), static_cast<std::size_t>(k_threads * k_each));
  EXPECT_TRUE(verify_ledger(folder_)->problems.empty());
}

TEST_F(LedgerTest, DraftsAreMadeInTheLedgersOrder) {
  constexpr int k_threads = 8;
  auto ledger = open_ledger(folder_);
  std::uint64_t counter = 0;  // no lock: the ledger calls one body at a time
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < k_threads; ++t) {
      threads.emplace_back([&] {
        for (int n = 0; n < 20; ++n) {
          const Draft draft{"judged",
                            [&](std::uint64_t seq) { return Json{{"number", ++counter}, {"seq", seq}}; }};
          const auto records = (*ledger)->append_all({draft, draft, draft});
          ASSERT_TRUE(records) << why(records);
          ASSERT_EQ(records->size(), 3u);
          EXPECT_EQ((*records)[2].seq, (*records)[0].seq + 2);
        }
      });
    }
  }
  const auto records = all_records(**ledger);
  ASSERT_EQ(records.size(), 1u + k_threads * 60);
  for (std::uint64_t n = 1; n < records.size(); ++n) {
    const Json body = (*parse_json(records[n].text))["body"];
    EXPECT_EQ(body["number"], n);
    EXPECT_EQ(body["seq"], records[n].seq);
  }
}

TEST_F(LedgerTest, AWrongDraftKeepsItsWholeGroupOutAndIsTakenBack) {
  auto ledger = open_ledger(folder_);
  std::vector<std::string> calls;
  const auto draft = [&](const std::string& name, const Json& body) {
    return Draft{"judged",
                 [&calls, name, body](std::uint64_t) {
                   calls.push_back(name);
                   return body;
                 },
                 [&calls, name] { calls.push_back("undo " + name); }};
  };
  const auto records = (*ledger)->append_all(
      {draft("a", Json::object()), draft("b", Json::array()), draft("c", Json::object())});
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, ErrorCode::internal);
  EXPECT_THAT(calls, testing::ElementsAre("a", "b", "undo b", "undo a"));
  EXPECT_EQ((*ledger)->head().seq, 1u);
  EXPECT_TRUE((*ledger)->append_all({})->empty());
  EXPECT_TRUE((*ledger)->append_all({draft("d", Json::object())}));
}

TEST_F(LedgerTest, OpensBehindAKnownPositionWithoutReadingWhatIsBefore) {
  const Head known = make_ledger(folder_, 5);
  {
    ASSERT_TRUE((*open_ledger(folder_))->append("judged", Json{{"n", 99}}));
  }
  // Damage before the known position is for `verify` to find; opening does not read there.
  std::string text = bytes();
  text[text.find('\n') + 80] ^= 1;
  write_bytes(text);
  auto ledger = open_ledger(folder_, Ledger::Mode::append, known);
  ASSERT_TRUE(ledger) << why(ledger);
  EXPECT_EQ((*ledger)->head().seq, known.seq + 1);
  ledger->reset();
  const auto verified = verify_ledger(folder_);
  ASSERT_TRUE(verified) << why(verified);
  ASSERT_EQ(verified->problems.size(), 1u);
  EXPECT_EQ(verified->problems[0].seq, 2u);
  EXPECT_EQ(verified->records, 1u);
  EXPECT_THAT(verified->problems[0].what, HasSubstr("hash"));
}

TEST_F(LedgerTest, KnownPositionMustStand) {
  const Head head = make_ledger(folder_, 5);
  const std::string whole = bytes();
  Head other = head;
  other.hash[3] = other.hash[3] == 'a' ? 'b' : 'a';
  const auto rewritten = open_ledger(folder_, Ledger::Mode::append, other);
  ASSERT_FALSE(rewritten);
  EXPECT_EQ(rewritten.error().code, ErrorCode::integrity);
  EXPECT_THAT(rewritten.error().message, HasSubstr("rewritten"));
  write_bytes(whole.substr(0, whole.size() - 1));  // even the newline alone
  const auto cut = open_ledger(folder_, Ledger::Mode::append, head);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::integrity);
  EXPECT_THAT(cut.error().message, HasSubstr("cut off"));
  ASSERT_TRUE(remove_tree(file_));
  const auto gone = open_ledger(folder_, Ledger::Mode::append, head);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::integrity);
  EXPECT_FALSE(fs::exists(file_)) << "an empty ledger in its place would hide the loss";
}

TEST_F(LedgerTest, MissingLedgerIsNotFoundForReaders) {
  EXPECT_EQ(open_ledger(folder_, Ledger::Mode::read_only).error().code, ErrorCode::not_found);
  EXPECT_EQ(verify_ledger(folder_).error().code, ErrorCode::not_found);
}

TEST_F(LedgerTest, NewerFormatIsRefusedNotDamage) {
  make_ledger(folder_, 1);
  const Head head = (*open_ledger(folder_, Ledger::Mode::read_only))->head();
  const std::string json = R"({"v":2,"n":3,"something":"else"})";
  write_bytes(bytes() + sha256_hex(json) + " " + json + "\n");
  for (const Head& known : {Head{}, head}) {
    const auto ledger = open_ledger(folder_, Ledger::Mode::append, known);
    ASSERT_FALSE(ledger);
    EXPECT_EQ(ledger.error().code, ErrorCode::unsupported);
  }
  EXPECT_EQ(verify_ledger(folder_).error().code, ErrorCode::unsupported);
}

TEST_F(LedgerTest, WhatIsNestedTooDeepToBeReadIsRefused) {
  const auto nested = [](std::size_t levels) {
    Json value = Json::object();
    for (std::size_t i = 1; i < levels; ++i) value = Json{{"a", std::move(value)}};
    return value;
  };
  auto ledger = open_ledger(folder_);
  const auto deepest = (*ledger)->append("judged", nested(k_max_body_depth));
  ASSERT_TRUE(deepest) << why(deepest);
  EXPECT_TRUE(parse_json(deepest->text)) << "what was appended must be readable";
  EXPECT_FALSE(parse_json("{\"v\":1,\"body\":" + to_line(nested(k_max_body_depth + 1)) + "}"));
  EXPECT_FALSE((*ledger)->append("judged", nested(k_max_body_depth + 1)));
  EXPECT_TRUE((*ledger)->append("judged", Json{{"n", 1}})) << "the ledger goes on";
}

}  // namespace
}  // namespace leanlab::store

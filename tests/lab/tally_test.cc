// Tests of lab/tally: money and cadence from the ledger, carried on from where it stopped.
#include "lab/tally.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "lab/book.h"

namespace leanlab::lab {
namespace {

class Tallies : public testing::Test {
 protected:
  void SetUp() override {
    place_ = {"numbers", temp_->path() / "numbers", temp_->path() / "state"};
    ASSERT_TRUE(make_directories(place_.folder));
    config_.objective.metric = "score";
    reopen();
  }
  void reopen() {
    book_.reset();
    auto book = Book::open(place_, config_, Book::Mode::write, system_clock());
    ASSERT_TRUE(book) << book.error().message;
    book_ = std::move(*book);
  }
  void turn(const std::string& id, std::optional<double> usd, std::optional<agent::Tokens> tokens = {}) {
    TurnRecord record;
    record.id = id;
    record.role = "worker";
    record.agent = "claude";
    record.cost_usd = usd;
    record.tokens = tokens;
    record.outcome = "done";
    ASSERT_TRUE(book_->record_event("turn", to_record(record)));
  }
  [[nodiscard]] Tally read() const {
    const auto tally = read_tally(place_, system_clock());
    EXPECT_TRUE(tally) << tally.error().message;
    return tally.value_or(Tally{});
  }

  Result<TempDirectory> temp_ = TempDirectory::make();
  Place place_;
  Config config_;
  std::unique_ptr<Book> book_;
};

TEST_F(Tallies, AddsWhatIsKnownAndCountsWhatIsNot) {
  turn("s-1", 0.25, agent::Tokens{10, 20, 30, 40});
  turn("s-2", std::nullopt);
  turn("s-3", 0.5, agent::Tokens{1, 2, 3, 4});
  const Tally tally = read();
  EXPECT_EQ(tally.spent.turns, 3u);
  EXPECT_DOUBLE_EQ(tally.spent.usd, 0.75);
  EXPECT_EQ(tally.spent.unpriced, 1u);
  EXPECT_FALSE(tally.spent.cost_usd()) << "with an unknown part the whole is unknown";
  EXPECT_DOUBLE_EQ(tally.spent.dearest_usd, 0.5);
  ASSERT_TRUE(tally.spent.tokens);
  EXPECT_EQ(total(*tally.spent.tokens), 110u);
  EXPECT_TRUE(tally.knows("s-2"));
  EXPECT_FALSE(tally.knows("s-4"));
  EXPECT_EQ(tally.by_agent.at("worker claude").turns, 3u);
}

TEST_F(Tallies, IsCarriedOnAndSurvivesTheLossOfItsFile) {
  turn("s-1", 1.0);
  EXPECT_DOUBLE_EQ(read().spent.usd, 1.0);
  turn("s-2", 2.0);
  EXPECT_DOUBLE_EQ(read().spent.usd, 3.0);
  EXPECT_DOUBLE_EQ(read().spent.usd, 3.0);
  ASSERT_TRUE(write_file(place_.state / "tally.json", "{\"version\": 1, \"seq\": 2"));
  EXPECT_DOUBLE_EQ(read().spent.usd, 3.0);
  ASSERT_TRUE(remove_tree(place_.state / "tally.json"));
  EXPECT_DOUBLE_EQ(read().spent.usd, 3.0);
}

TEST_F(Tallies, ATallyOfAnotherLedgerIsNotBelieved) {
  turn("s-1", 1.0);
  EXPECT_DOUBLE_EQ(read().spent.usd, 1.0);
  book_.reset();
  ASSERT_TRUE(remove_tree(place_.state / "ledger.jsonl"));
  ASSERT_TRUE(remove_tree(place_.state / "book.db"));
  reopen();
  turn("s-9", 4.0);
  EXPECT_DOUBLE_EQ(read().spent.usd, 4.0);
}

TEST_F(Tallies, ALabWithoutStateHasSpentNothing) {
  const auto tally = read_tally({"x", temp_->path() / "x", temp_->path() / "nothing"}, system_clock());
  ASSERT_TRUE(tally);
  EXPECT_EQ(tally->spent.turns, 0u);
  EXPECT_EQ(tally->spent.cost_usd(), 0.0);
}

}  // namespace
}  // namespace leanlab::lab

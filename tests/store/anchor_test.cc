#include "store/anchor.h"

#include <gmock/gmock.h>

#include "store_support.h"

namespace leanlab::store {
namespace {

using testing::HasSubstr;

class AnchorTest : public LedgerTest {
 protected:
  Anchor anchor_of(const Ledger& ledger) const {
    return {ledger.id(), ledger.head(), folder_.string(), "2026-11-23T09:22:00.123Z"};
  }
  Result<AnchorVerdict> compare_now() const {
    TRY_ASSIGN(const auto ledger, open_ledger(folder_, Ledger::Mode::read_only));
    TRY_ASSIGN(const auto anchor, read_anchor(anchors_, ledger->id()));
    INVARIANT(anchor.has_value());
    return compare(*ledger, *anchor);
  }
  fs::path anchors_ = temp_.path() / "user state" / "anchors";
};

TEST_F(AnchorTest, SameAheadBehindDifferent) {
  make_ledger(folder_, 3);
  const std::string shorter = bytes();
  {
    auto ledger = open_ledger(folder_);
    EXPECT_FALSE(read_anchor(anchors_, (*ledger)->id())->has_value());
    ASSERT_TRUE((*ledger)->append("judged", Json{{"n", 1}}));
    ASSERT_TRUE(write_anchor(anchors_, anchor_of(**ledger)));
    const auto kept = read_anchor(anchors_, (*ledger)->id());
    EXPECT_EQ((*kept)->head.hash, (*ledger)->head().hash);
    EXPECT_EQ((*kept)->head.offset, (*ledger)->head().offset);
    EXPECT_EQ((*kept)->place, folder_.string());
  }
  EXPECT_EQ(compare_now()->match, AnchorMatch::same);
  {
    ASSERT_TRUE((*open_ledger(folder_))->append("judged", Json{{"n", 2}}));
  }
  EXPECT_EQ(compare_now()->match, AnchorMatch::ahead);
  EXPECT_TRUE(compare_now()->holds());
  // A tail cut off at a record's end is a perfect chain.
  write_bytes(shorter);
  EXPECT_TRUE(verify_ledger(folder_)->problems.empty());
  EXPECT_EQ(compare_now()->match, AnchorMatch::behind);
  EXPECT_FALSE(compare_now()->holds());
  // And so is another history.
  {
    auto ledger = open_ledger(folder_);
    for (int n = 0; n < 3; ++n) ASSERT_TRUE((*ledger)->append("judged", Json{{"n", 100 + n}}));
  }
  EXPECT_TRUE(verify_ledger(folder_)->problems.empty());
  EXPECT_EQ(compare_now()->match, AnchorMatch::different);
  EXPECT_THAT(compare_now()->what, HasSubstr("rewritten"));
}

TEST_F(AnchorTest, NeverGoesBack) {
  const Head early = make_ledger(folder_, 1);
  auto ledger = open_ledger(folder_);
  ASSERT_TRUE((*ledger)->append("judged", Json{{"n", 1}}));
  ASSERT_TRUE(write_anchor(anchors_, anchor_of(**ledger)));
  Anchor old = anchor_of(**ledger);
  old.head = early;
  const Status written = write_anchor(anchors_, old);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::integrity);
  EXPECT_EQ((*read_anchor(anchors_, (*ledger)->id()))->head.seq, 3u);
}

TEST_F(AnchorTest, DamagedForeignAndNewerAnchorsAreTold) {
  make_ledger(folder_, 1);
  auto ledger = open_ledger(folder_);
  const std::string id = (*ledger)->id();
  ASSERT_TRUE(write_anchor(anchors_, anchor_of(**ledger)));
  const fs::path file = anchors_ / (id + ".json");
  const std::string good = *read_file(file);
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("{\"v\":1}"), good.substr(0, good.size() / 2),
        std::string("{\"v\":\"1\"}"), std::string(70'000, ' ')}) {
    ASSERT_TRUE(write_file(file, bad));
    EXPECT_FALSE(read_anchor(anchors_, id)) << bad.substr(0, 40);
    EXPECT_FALSE(write_anchor(anchors_, anchor_of(**ledger))) << "evidence is not overwritten";
  }
  ASSERT_TRUE(write_file(file, "{\"v\":2}"));
  EXPECT_EQ(read_anchor(anchors_, id).error().code, ErrorCode::unsupported);
  const std::string other(32, 'a');
  ASSERT_TRUE(write_file(anchors_ / (other + ".json"), good));
  EXPECT_EQ(read_anchor(anchors_, other).error().code, ErrorCode::integrity);
  EXPECT_EQ(read_anchor(anchors_, "../../x").error().code, ErrorCode::integrity);
  Anchor foreign = anchor_of(**ledger);
  foreign.ledger_id = other;
  EXPECT_EQ(compare(**ledger, foreign).error().code, ErrorCode::internal);
}

TEST_F(AnchorTest, LostStateIsFoundByItsPlace) {
  EXPECT_TRUE(find_anchors(anchors_, folder_)->empty());
  std::string last_id;
  for (int n = 1; n <= 3; ++n) {
    ASSERT_TRUE(remove_tree(folder_));
    make_ledger(folder_, n);
    auto ledger = open_ledger(folder_);
    ASSERT_TRUE(write_anchor(anchors_, anchor_of(**ledger)));
    last_id = (*ledger)->id();
  }
  ASSERT_TRUE(write_file(anchors_ / "notes.txt", "x"));
  ASSERT_TRUE(write_file(anchors_ / (std::string(32, 'b') + ".json"), "x"));
  const auto found = find_anchors(anchors_, folder_);
  ASSERT_TRUE(found) << why(found);
  ASSERT_EQ(found->size(), 3u);
  EXPECT_EQ(found->front().ledger_id, last_id);
  EXPECT_EQ(found->front().head.seq, 4u);
  EXPECT_TRUE(find_anchors(anchors_, temp_.path() / "elsewhere")->empty());
}

}  // namespace
}  // namespace leanlab::store

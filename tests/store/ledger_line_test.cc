#include "store/ledger_line.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/random.h"
#include "store_support.h"

namespace leanlab::store {
namespace {

// Random bodies with every kind of character that JSON must escape.
std::string random_body(Random& random) {
  Json body = Json::object();
  const auto fields = random.below(6);
  for (std::uint64_t f = 0; f < fields; ++f) {
    std::string text;
    for (std::uint64_t n = random.below(20); n > 0; --n) text += static_cast<char>(random.below(256));
    if (random.below(2) == 0)
      body["k" + std::to_string(f)] = text;
    else
      body["}\"" + std::to_string(f)] = Json{{"{", Json::array({random.uniform(), text, nullptr})}};
  }
  return to_line(body);
}

const std::string k_prev(64, 'c');
constexpr const char* k_ts = "2026-11-23T09:22:00.123Z";

TEST(LedgerLineTest, WhatIsWrittenIsReadBack) {
  Random random(1);
  for (int round = 0; round < 500; ++round) {
    const std::uint64_t seq = 1 + random.below(~std::uint64_t{0} - 1);
    const std::string body = random_body(random);
    const std::string line = make_line(seq, k_prev, k_ts, "judged", body);
    ASSERT_EQ(line.find('\n'), line.size() - 1);
    const auto view = parse_line(std::string_view(line).substr(0, line.size() - 1));
    ASSERT_TRUE(view) << line;
    EXPECT_EQ(view->seq, seq);
    EXPECT_EQ(view->prev, k_prev);
    EXPECT_EQ(view->ts, k_ts);
    EXPECT_EQ(view->type, "judged");
    EXPECT_EQ(view->body, body);
  }
}

TEST(LedgerLineTest, EveryChangedByteIsNoticed) {
  Random random(2);
  for (int round = 0; round < 20; ++round) {
    const std::string line = make_line(1 + random.below(1000), k_prev, k_ts, "judged", random_body(random));
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      std::string changed = line.substr(0, line.size() - 1);
      changed[i] = static_cast<char>(changed[i] ^ static_cast<char>(1 + random.below(255)));
      EXPECT_FALSE(parse_line(changed)) << i;
    }
  }
}

TEST(LedgerLineTest, EveryProperBeginningCanBeTornAndNothingElse) {
  Random random(3);
  for (int round = 0; round < 20; ++round) {
    const std::string line = make_line(7, k_prev, k_ts, "judged", random_body(random));
    const std::string_view text = std::string_view(line).substr(0, line.size() - 1);
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_TRUE(can_be_torn(text.substr(0, size), 7, k_prev)) << text.substr(0, size);
    }
    EXPECT_FALSE(can_be_torn(text, 7, k_prev)) << "a whole record is not torn";
    EXPECT_FALSE(can_be_torn(std::string(text) + "J", 7, k_prev))
        << "a record with a damaged newline is not torn";
    EXPECT_FALSE(can_be_torn(text.substr(0, 100), 8, k_prev));
    EXPECT_FALSE(can_be_torn(text.substr(0, text.size() - 1), 7, std::string(64, 'd')));
    EXPECT_FALSE(can_be_torn(line, 7, k_prev));
  }
  EXPECT_FALSE(can_be_torn("Hello", 7, k_prev));
}

TEST(LedgerLineTest, RightHashOverAWrongLayoutIsNamed) {
  const auto fault = [](const std::string& json) {
    return parse_line(sha256_hex(json) + " " + json).error();
  };
  const std::string rest = R"(,"prev":")" + k_prev + R"(","ts":")" + k_ts + R"(","type":"x","body":{}})";
  EXPECT_TRUE(parse_line(sha256_hex(R"({"v":1,"seq":5)" + rest) + " " + R"({"v":1,"seq":5)" + rest));
  EXPECT_EQ(fault(R"({"v":1,"seq":05)" + rest), LineFault::layout);
  EXPECT_EQ(fault(R"({"v":1,"seq":0)" + rest), LineFault::layout);
  EXPECT_EQ(fault(R"({"v":1,"seq":-5)" + rest), LineFault::layout);
  EXPECT_EQ(fault(R"({"v":1,"seq":99999999999999999999)" + rest), LineFault::layout);
  EXPECT_EQ(fault(R"({"v":0,"seq":5)" + rest), LineFault::layout);
  EXPECT_EQ(fault(R"({"v":2,"seq":5)" + rest), LineFault::newer_version);
  EXPECT_EQ(fault("{}"), LineFault::layout);
  EXPECT_EQ(fault(""), LineFault::layout);
  EXPECT_EQ(parse_line("").error(), LineFault::no_hash);
  EXPECT_EQ(parse_line(std::string(64, 'a')).error(), LineFault::no_hash);
  EXPECT_EQ(parse_line(std::string(64, 'A') + " {}").error(), LineFault::no_hash);
  EXPECT_EQ(parse_line(std::string(64, 'a') + " {}").error(), LineFault::wrong_hash);
}

TEST(LedgerLine, NestingCountsOnlyWhatIsOutsideOfStrings) {
  EXPECT_EQ(nesting("1"), 0u);
  EXPECT_EQ(nesting("{}"), 1u);
  EXPECT_EQ(nesting(R"({"a":[[],{"b":1}],"c":"[[[[\"[["})"), 3u);
}

}  // namespace
}  // namespace leanlab::store

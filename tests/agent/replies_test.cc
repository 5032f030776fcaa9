#include "agent/replies.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace leanlab::agent {
namespace {

std::string file_of(std::string_view reply) {
  const auto report = find_worker_report(reply);
  return report ? report->experiment_file : "(none)";
}

TEST(Replies, TheWholeReply) {
  const auto report = find_worker_report(
      "  {\"experiment_file\": \"experiments/a.py\", \"valid\": false, \"notes\": \"one\\ntwo\"}\n");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->experiment_file, "experiments/a.py");
  EXPECT_FALSE(report->valid);
  EXPECT_EQ(report->notes, "one");
}

TEST(Replies, AFencedBlockWinsOverLooseObjects) {
  EXPECT_EQ(file_of("I first had {\"experiment_file\": \"x\"}.\n```json\n{\"experiment_file\": "
                    "\"y\"}\n```\nand {\"experiment_file\": \"z\"}"),
            "y");
}

TEST(Replies, TheLastBalancedObjectWithTheKeys) {
  EXPECT_EQ(file_of("{\"experiment_file\": \"a\"} then {\"experiment_file\": \"b\", \"more\": {\"x\": "
                    "\"}\"}} and {\"other\": 1} {"),
            "b");
  EXPECT_EQ(file_of("Done, isn't it: {\"experiment_file\": \"it's.py\"}"), "it's.py");
}

TEST(Replies, NothingUsable) {
  EXPECT_EQ(file_of(""), "(none)");
  EXPECT_EQ(file_of("{\"experiment_file\": 3}"), "(none)");
  EXPECT_EQ(file_of("{\"valid\": true}"), "(none)");
  EXPECT_EQ(file_of("[{\"experiment_file\""), "(none)");
  EXPECT_EQ(file_of("```\n{\"experiment_file\": \"y\""), "(none)");
}

TEST(Replies, OtherShapesByTheirKeys) {
  constexpr std::string_view k_keys[] = {"approved", "score"};
  const auto value = find_reply(
      "blah {\"approved\": true} {\"approved\": false, \"score\": 7, \"feedback\": \"{no}\"} blah", k_keys);
  ASSERT_TRUE(value);
  EXPECT_EQ((*value)["score"], 7);
}

TEST(Replies, AFloodOfBracesEnds) {
  EXPECT_EQ(file_of(std::string(3'000'000, '{')), "(none)");
}

}  // namespace
}  // namespace leanlab::agent

// An attack holds only with the verdict that it must get; every other outcome is an objection.
#include "redteam/verdict.h"

#include <gtest/gtest.h>

namespace leanlab::redteam {
namespace {

constexpr double k_honest = 4.5;

Attack attack(Must must) {
  Attack one;
  one.name = "x";
  one.must = must;
  return one;
}

Record judged(double value) {
  Record record;
  record.status = "rejected";
  record.value = value;
  return record;
}

Record without_score(const std::string& status) {
  Record record;
  record.status = status;
  record.reason = "why";
  return record;
}

bool holds(Must must, const Record& record) {
  return objection(attack(must), record, k_honest).empty();
}

TEST(Verdict, a_score_that_moved_never_holds) {
  for (const Must must : {Must::unmoved, Must::invalid, Must::either, Must::refused}) {
    for (const double value : {0.0, 4.4999999999999, 1e6})
      EXPECT_FALSE(holds(must, judged(value))) << name(must);
  }
  EXPECT_TRUE(holds(Must::unmoved, judged(k_honest)));
  EXPECT_TRUE(holds(Must::either, judged(k_honest)));
  EXPECT_FALSE(holds(Must::invalid, judged(k_honest)));
}

TEST(Verdict, without_a_score) {
  EXPECT_TRUE(holds(Must::invalid, without_score("invalid")));
  EXPECT_TRUE(holds(Must::either, without_score("invalid")));
  EXPECT_FALSE(holds(Must::unmoved, without_score("invalid")));
  EXPECT_TRUE(holds(Must::refused, without_score("refused")));
  EXPECT_FALSE(holds(Must::refused, without_score("invalid")));
  EXPECT_FALSE(holds(Must::invalid, without_score("")));
}

TEST(Verdict, tampering_and_a_leanlab_that_failed_never_hold) {
  for (const Must must : {Must::unmoved, Must::invalid, Must::either, Must::refused}) {
    EXPECT_FALSE(holds(must, without_score("tampered")));
    Record failed = without_score("invalid");
    failed.exit_code = 70;
    EXPECT_FALSE(holds(must, failed));
  }
}

TEST(Verdict, contained_looks_at_the_run_only) {
  EXPECT_TRUE(holds(Must::contained, judged(0)));
  EXPECT_TRUE(holds(Must::contained, without_score("invalid")));
  EXPECT_FALSE(holds(Must::contained, without_score("tampered")));
  EXPECT_FALSE(holds(Must::contained, without_score("")));
}

TEST(Verdict, honest_programs) {
  EXPECT_TRUE(holds(Must::close, judged(k_honest + 1e-12)));
  EXPECT_FALSE(holds(Must::close, judged(k_honest + 1e-3)));
  EXPECT_TRUE(holds(Must::better, judged(1.0)));
  EXPECT_FALSE(holds(Must::better, judged(k_honest)));
  EXPECT_FALSE(holds(Must::better, without_score("invalid")));
}

TEST(Verdict, the_line_names_the_first_tries_and_counts_the_rest) {
  Record record = judged(k_honest);
  record.evidence = {"open lab/answers.json", std::string(200, 'x'), "ptrace", "fork"};
  const std::string line = describe(attack(Must::unmoved), record);
  EXPECT_TRUE(line.starts_with("score unmoved; seen: open lab/answers.json, xxx")) << line;
  EXPECT_TRUE(line.ends_with(" and 2 more")) << line;
  EXPECT_LT(line.size(), 140u);
  record.evidence.clear();
  EXPECT_EQ(describe(attack(Must::unmoved), record), "score unmoved");
}

TEST(Verdict, what_is_shown_is_safe_for_a_screen) {
  Record record = without_score("invalid");
  record.reason = "\x1b[2J";
  EXPECT_EQ(describe(attack(Must::invalid), record).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace leanlab::redteam

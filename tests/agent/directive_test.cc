#include "agent/tunables/directive.h"

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

std::vector<Directive> found(std::string_view source) {
  auto result = find_directives(source, "x");
  EXPECT_TRUE(result) << (result ? "" : one_line(result.error()));
  return result ? std::move(*result) : std::vector<Directive>();
}

class Markers : public testing::TestWithParam<const char*> {};

TEST_P(Markers, OpenATuneComment) {
  const std::string source = std::string("x = 5 ") + GetParam();
  const auto list = found(source);
  ASSERT_EQ(list.size(), 1u) << source;
  EXPECT_EQ(list[0].domain.low, 1);
  EXPECT_EQ(list[0].domain.high, 9);
  EXPECT_EQ(source.substr(list[0].code_begin, list[0].code_end - list[0].code_begin), "x = 5 ");
}

INSTANTIATE_TEST_SUITE_P(AllLanguages, Markers,
                         testing::Values("# tune: 1..9 int", "#tune: 1..9 int", "// tune: 1..9 int",
                                         "/* tune: 1..9 int */", "/* tune: 1..9 int", "-- tune: 1..9 int",
                                         "; tune: 1..9 int", "% tune: 1..9 int", "! tune: 1..9 int",
                                         "<!-- tune: 1..9 int -->", "(* tune: 1..9 int *)",
                                         "//! tune: 1..9 int", "///< tune: 1..9 int", "/** tune: 1..9 int */",
                                         "#: tune: 1..9 int", ";; tune: 1..9 int",
                                         "# rows of a tile, tune: 1..9 int", "// rows: tune: 1 .. 9 int",
                                         "# tune: 1..9 int\r", "# tune: 1..9"));

TEST(Directive, ReadsEveryDomain) {
  const auto list = found(
      "a = 1  # tune: 1..64 int log\nb = .1  # tune: 0.001..1.0 log\nc = 'a'  # tune: {a, \"b, c\", -O3 "
      "-g}\nd = True  # tune: bool\n"
      "e = -1 # tune: -1_000..+5\n");
  ASSERT_EQ(list.size(), 5u);
  EXPECT_EQ(list[0].domain.number, Domain::Number::whole);
  EXPECT_EQ(list[0].domain.scale, search::Scale::log);
  EXPECT_EQ(list[1].domain.low, 0.001);
  EXPECT_EQ(list[2].domain.labels, (std::vector<std::string>{"a", "b, c", "-O3 -g"}));
  EXPECT_EQ(list[3].domain.kind, Domain::Kind::boolean);
  EXPECT_EQ(list[4].domain.low, -1000);
}

TEST(Directive, ReadsConditions) {
  const auto list = found(
      "a = 1  # tune: 1..9 if kind=tree\nb = 1  # tune: bool if kind in {a, b}\nc = 1 # tune: 1..9 int log "
      "if fast\nd = 1 # tune: bool if not fast\n"
      "e = 1 // tune: 1..9 if kind == \"x y\"\n");
  ASSERT_EQ(list.size(), 5u);
  EXPECT_EQ(list[0].condition->name, "kind");
  EXPECT_EQ(list[0].condition->values, std::vector<std::string>{"tree"});
  EXPECT_EQ(list[1].condition->values, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(list[2].condition->values.empty());
  EXPECT_TRUE(list[3].condition->negated);
  EXPECT_EQ(list[4].condition->values, std::vector<std::string>{"x y"});
}

TEST(Directive, SeveralBlockCommentsOnALine) {
  const std::string source = "int tile = 32 /* tune: 1..64 */, unroll = 4; /* tune: 1..8 */";
  const auto list = found(source);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(source.substr(list[1].code_begin, list[1].code_end - list[1].code_begin), ", unroll = 4; ");
}

TEST(Directive, ProseAndSwitchedOffCodeDoNotCount) {
  EXPECT_TRUE(found("# add `tune: 1..64 int` at the end\n// x = 5; // tune: 1..9\n#x = 5  # tune: 1..9\n * "
                    "tune: what\nfine-tune: 3\nfinetune: 5\n")
                  .empty());
}

struct Bad {
  const char* source;
  const char* message;
  const char* place;
};
class Malformed : public testing::TestWithParam<Bad> {};

TEST_P(Malformed, SaysWhereAndWhy) {
  const auto result = find_directives(GetParam().source, "x.py");
  ASSERT_FALSE(result) << GetParam().source;
  EXPECT_EQ(result.error().code, ErrorCode::misconfigured);
  EXPECT_NE(result.error().message.find(GetParam().message), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().where.find(GetParam().place), std::string::npos) << result.error().where;
}

INSTANTIATE_TEST_SUITE_P(All, Malformed,
                         testing::Values(Bad{"x = 5  # tune: oops", "must begin with a domain", "x.py:1:16"},
                                         Bad{"x = 5  # tune:", "must begin with a domain", "x.py:1:"},
                                         Bad{"\nx = 5  # tune: 1-9", "must begin with a domain", "x.py:2:16"},
                                         Bad{"x = 5  # tune: 9..1", "empty", "x.py:1:16"},
                                         Bad{"x = 5  # tune: 1..9 itn", "unexpected 'itn'", "x.py:1:21"},
                                         Bad{"x = 5  # tune: 1..9.5 int", "whole bounds", "x.py:1:16"},
                                         Bad{"x = 5  # tune: 0..9 log", "above 0", "x.py:1:16"},
                                         Bad{"x = 5  # tune: {a", "not closed", "x.py:1:"},
                                         Bad{"x = 5  # tune: {a}", "at least two", "x.py:1:16"},
                                         Bad{"x = 5  # tune: {a, a}", "twice", "x.py:1:20"},
                                         Bad{"x = 5  # tune: {a,,b}", "empty category", "x.py:1:19"},
                                         Bad{"x = 5  # tune: {'a, b}", "quote is not closed", "x.py:1:17"},
                                         Bad{"x = 5  # tune: 1..9 if", "expected the name", "x.py:1:"},
                                         Bad{"x = 5  # tune: 1..9 if a=", "expected a value", "x.py:1:"},
                                         Bad{"x = 5  # tune: 1..9 if a > 3", "expected `=`", "x.py:1:26"},
                                         Bad{"x = 5  # tune: 1..1e400", "must begin", "x.py:1:19"}));

}  // namespace
}  // namespace leanlab::agent

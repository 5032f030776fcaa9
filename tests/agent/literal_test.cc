#include "agent/tunables/literal.h"

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

struct Spelling {
  const char* code;
  double value;
  double next;
  const char* written;
};

class Numbers : public testing::TestWithParam<Spelling> {};

TEST_P(Numbers, AreReadAndWrittenInTheirOwnStyle) {
  const auto tokens = find_numbers(GetParam().code);
  ASSERT_EQ(tokens.size(), 1u) << GetParam().code;
  EXPECT_EQ(tokens[0].value, GetParam().value) << GetParam().code;
  EXPECT_EQ(format_number(tokens[0].style, GetParam().next), GetParam().written) << GetParam().code;
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, Numbers,
    testing::Values(Spelling{"x = 64", 64, 48, "48"}, Spelling{"x = -3", -3, -12, "-12"},
                    Spelling{"x=-3", -3, 5, "5"}, Spelling{"x = 1.0", 1, 3, "3.0"},
                    Spelling{"x = 0.5f;", 0.5, 2, "2.0f"}, Spelling{"x = 1e-3", 0.001, 0.0025, "2.5e-3"},
                    Spelling{"x = 1.0E-3", 0.001, 0.002, "2.0E-3"}, Spelling{"x = 1d-3", 0.001, 1e-5, "1d-5"},
                    Spelling{"x = 0.1", 0.1, 1e-5, "0.00001"}, Spelling{"x = .5", 0.5, 0.25, "0.25"},
                    Spelling{"x = 5.", 5, 7, "7.0"}, Spelling{"x = 16u;", 16, 8, "8u"},
                    Spelling{"x = 1'000'000ULL;", 1e6, 20000, "20'000ULL"},
                    Spelling{"x = 1_000", 1000, 12345678, "12_345_678"}, Spelling{"x = 0x40", 64, 48, "0x30"},
                    Spelling{"x = 0XFF", 255, 171, "0XAB"}, Spelling{"x = 0b1010", 10, 5, "0b101"},
                    Spelling{"x = 64_u32;", 64, 7, "7_u32"}, Spelling{"f(a - 3)", 3, 4, "4"},
                    Spelling{"f(a, -3)", -3, -4, "-4"}, Spelling{"n = 1", 1, 0.5, "0.5"},
                    Spelling{"x = 1e300", 1e300, 0, "0e0"}, Spelling{"x = 2.5", 2.5, 0, "0.0"},
                    Spelling{"x = 3", 3, 1e22, "1e22"}));

TEST(Numbers, WhatLooksLikeOneButIsNot) {
  for (const char* code : {"x2", "t.0", "3abc", "v1.2.3", "a_64", "007", "0x", "e5"}) {
    EXPECT_TRUE(find_numbers(code).empty()) << code;
  }
}

struct Name {
  const char* code;
  const char* name;
};
class Names : public testing::TestWithParam<Name> {};

TEST_P(Names, AreThoseAssignedTo) {
  const std::string code = GetParam().code;
  const auto tokens = find_numbers(code);
  ASSERT_FALSE(tokens.empty()) << code;
  EXPECT_EQ(assigned_name(code, tokens.back().begin), GetParam().name) << code;
}

INSTANTIATE_TEST_SUITE_P(
    Languages, Names,
    testing::Values(Name{"#define TILE 64", "TILE"}, Name{"  constexpr int tile = 64;", "tile"},
                    Name{"  \"depth\": 8,", "depth"}, Name{"  max_depth=8,", "max_depth"},
                    Name{"depth: int = 8", "depth"}, Name{"let tile: usize = 32;", "tile"},
                    Name{"static const std::size_t tile = 64;", "tile"}, Name{"let n: number = 3", "n"},
                    Name{"n := 5", "n"}, Name{"n <- 5", "n"}, Name{"'depth' => 8,", "depth"},
                    Name{"params[\"depth\"] = 8", "depth"}, Name{"int tile{64};", "tile"},
                    Name{"std::vector<int> v(64);", "v"}, Name{"set_depth(8)", "set_depth"},
                    Name{"integer, parameter :: n = 5", "n"}, Name{"export TILE=64", "TILE"},
                    Name{"(defparameter *tile* 64)", "tile"}, Name{"run --depth 8", "depth"},
                    Name{"x = 2 if a == 3 else 64", "x"}, Name{"f(a, b=3, c = 64)", "c"},
                    Name{"m = RandomForest(n_estimators=100, max_depth=8)", "max_depth"},
                    Name{"const T x = c ? 1 : 64;", "x"}, Name{"#define N (1 << 10)", "N"},
                    Name{"std::map<std::string, int> m = 3", "m"}));

Domain labels(std::vector<std::string> names) {
  Domain d;
  d.kind = Domain::Kind::category;
  d.labels = std::move(names);
  return d;
}
Domain boolean() {
  Domain d;
  d.kind = Domain::Kind::boolean;
  return d;
}

std::string rewritten(std::string code, const Domain& domain, double value) {
  const auto literal = find_literal(code, domain);
  if (!literal) return "nothing";
  return code.replace(literal->begin, literal->end - literal->begin, spell(*literal, value));
}

TEST(Categories, QuotedBareNumbersAndFlags) {
  EXPECT_EQ(rewritten("criterion = 'gini'", labels({"gini", "entropy"}), 1), "criterion = 'entropy'");
  EXPECT_EQ(rewritten("x(\"gini\", a)", labels({"gini", "entropy"}), 1), "x(\"entropy\", a)");
  EXPECT_EQ(rewritten("#define ORDER ijk", labels({"ijk", "ikj"}), 1), "#define ORDER ikj");
  EXPECT_EQ(rewritten("FLAGS = -O3 -march=native", labels({"-O2", "-O3", "-O3 -march=native"}), 0),
            "FLAGS = -O2");
  EXPECT_EQ(rewritten("FLAGS = -O2", labels({"-O2", "-O3", "-O3 -march=native"}), 2),
            "FLAGS = -O3 -march=native");
  EXPECT_EQ(rewritten("flags = \"-O2 -g\"", labels({"-O2", "-O3"}), 1), "flags = \"-O3 -g\"");
  EXPECT_EQ(rewritten("unsigned n = 16u;", labels({"8", "16", "32"}), 2), "unsigned n = 32u;");
  EXPECT_EQ(rewritten("n = 16", labels({"8", "16", "32"}), 0), "n = 8");
  EXPECT_EQ(rewritten("gini = gini_b", labels({"gini", "entropy"}), 0), "gini = gini_b");
}

TEST(Categories, AWholeTextWinsOverAPartOfOne) {
  EXPECT_EQ(rewritten("f('lu', \"solve with qr\")", labels({"lu", "qr"}), 1), "f('qr', \"solve with qr\")");
}

TEST(Booleans, KeepTheirSpelling) {
  EXPECT_EQ(rewritten("x = True", boolean(), 0), "x = False");
  EXPECT_EQ(rewritten("bool x = true;", boolean(), 0), "bool x = false;");
  EXPECT_EQ(rewritten("#define FAST 1", boolean(), 0), "#define FAST 0");
  EXPECT_EQ(rewritten("x: yes", boolean(), 0), "x: no");
  EXPECT_EQ(rewritten("logical :: x = .true.", boolean(), 0), "logical :: x = .false.");
  EXPECT_EQ(rewritten("x = \"on\"", boolean(), 0), "x = \"off\"");
  EXPECT_EQ(rewritten("no_cache = FALSE", boolean(), 1), "no_cache = TRUE");
  EXPECT_EQ(rewritten("x = 10", boolean(), 1), "nothing");
}

}  // namespace
}  // namespace leanlab::agent

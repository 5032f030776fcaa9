#include "agent/tunables/tunables.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

constexpr const char* k_python = R"(from sklearn.svm import SVC
def build():
    kind = "rbf"  # tune: {linear, rbf, poly}
    return SVC(
        kernel=kind,
        C=1.0,  # tune: 0.001..1000 log
        gamma=1e-3,  # tune: 0.0001..1 log if kind in {rbf, poly}
        degree=3,  # tune: 2..5 int if kind=poly
        shrinking=True,  # tune: bool
    )
)";

TEST(Tunables, ReadsAPythonEstimator) {
  const auto t = Tunables::parse(k_python, "sample.py");
  ASSERT_TRUE(t) << one_line(t.error());
  ASSERT_EQ(t->list().size(), 5u);
  EXPECT_EQ(t->list()[0].name, "kind");
  EXPECT_EQ(t->list()[2].name, "gamma");
  EXPECT_EQ(t->point()[0], 1);
  EXPECT_TRUE(search::is_active(t->point()[2]));
  EXPECT_FALSE(search::is_active(t->point()[3]));
  EXPECT_EQ(t->marker(), "#");
}

TEST(Tunables, RewritesLiteralsOnly) {
  const auto t = Tunables::parse(k_python, "sample.py");
  ASSERT_TRUE(t);
  const auto text = t->rewrite({2, 250, 0.02, 4, 0});
  ASSERT_TRUE(text) << one_line(text.error());
  EXPECT_EQ(*text, R"(from sklearn.svm import SVC
def build():
    kind = "poly"  # tune: {linear, rbf, poly}
    return SVC(
        kernel=kind,
        C=250.0,  # tune: 0.001..1000 log
        gamma=2e-2,  # tune: 0.0001..1 log if kind in {rbf, poly}
        degree=4,  # tune: 2..5 int if kind=poly
        shrinking=False,  # tune: bool
    )
)");
  EXPECT_EQ(t->changes({2, 250, 0.02, 4, 0}, 3, "→"),
            "kind rbf → poly, C 1 → 250, gamma 0.001 → 0.02 and 2 more");
  EXPECT_EQ(*t->rewrite(t->point()), k_python);
}

TEST(Tunables, InactiveLiteralsStayAsTheyAre) {
  const auto t = Tunables::parse(k_python, "sample.py");
  const auto text = t->rewrite({0, 1, search::k_inactive, search::k_inactive, 1});
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("gamma=1e-3,"), std::string::npos);
}

TEST(Tunables, ARepeatedNameBecomesUnique) {
  const auto t = Tunables::parse(
      "a = 1 # tune: 1..9\nb_2 = 3 # tune: 1..9\na = 2 # tune: 1..9\na = 4 # tune: 1..9\na_2 = 1 # tune: "
      "1..9\n",
      "x");
  ASSERT_TRUE(t);
  std::vector<std::string> names;
  for (const Tunable& tunable : t->list()) names.push_back(tunable.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
  EXPECT_EQ(t->list()[2].name, "a_2");
}

TEST(Tunables, WholeBoundsOnAWholeLiteralMeanWholeNumbers) {
  const auto t = Tunables::parse(
      "int a = 5; // tune: 1..9\nfloat b = 5.0; // tune: 1..9\nint c = 5; // tune: 1..9 real\n", "x.cc");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->space()[0].kind, search::Kind::integer);
  EXPECT_EQ(t->space()[1].kind, search::Kind::real);
  EXPECT_EQ(t->space()[2].kind, search::Kind::real);
}

TEST(Tunables, TheSignatureIgnoresValuesOnly) {
  const auto a = Tunables::parse("x = 1 # tune: 1..9 int", "a"),
             b = Tunables::parse("# more\nx = 7 # tune: 1..9 int\n", "b"),
             c = Tunables::parse("x = 1 # tune: 1..8 int", "c"),
             d = Tunables::parse("x = 1 # tune: 1..9 int log", "d");
  EXPECT_EQ(a->signature(), b->signature());
  EXPECT_NE(a->signature(), c->signature());
  EXPECT_NE(a->signature(), d->signature());
}

struct Bad {
  const char* source;
  const char* message;
  const char* place;
};
class BadTunables : public testing::TestWithParam<Bad> {};

TEST_P(BadTunables, SayWhereAndWhy) {
  const auto t = Tunables::parse(GetParam().source, "x.cc");
  ASSERT_FALSE(t) << GetParam().source;
  EXPECT_EQ(t.error().code, ErrorCode::misconfigured);
  EXPECT_NE(t.error().message.find(GetParam().message), std::string::npos) << t.error().message;
  EXPECT_NE(t.error().where.find(GetParam().place), std::string::npos) << t.error().where;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadTunables,
    testing::Values(Bad{"x = 64 // tune: 1..32 int", "64 is outside its domain 1..32 int", "x.cc:1:5"},
                    Bad{"x = y // tune: 1..32 int", "no literal", "x.cc:1:16"},
                    Bad{"x = 'c' // tune: {a, b}", "no literal of {a, b}", "x.cc:1:"},
                    Bad{"x = 2.5 // tune: 1..9 int", "outside", "x.cc:1:5"},
                    Bad{"x = 5 // tune: 1..9 if kidn=a\nkind = 'a' // tune: {a, b}", "no tunable 'kidn'",
                        "x.cc:1:24"},
                    Bad{"x = 5 // tune: 1..9 if kind=c\nkind = 'a' // tune: {a, b}",
                        "'c' is no value of kind", "x.cc:1:"},
                    Bad{"x = 5 // tune: 1..9 if kind\nkind = 'a' // tune: {a, b}", "is no bool", "x.cc:1:"},
                    Bad{"x = 5 // tune: 1..9 if x=3", "another", "x.cc"},
                    Bad{"x = 'a' // tune: {a, \"b'c\"}", "between these quotes", "x.cc:1:"},
                    Bad{"a = 1 // tune: bool if b\nb = 1 // tune: bool if a", "circle", "x.cc"}));

TEST(Tunables, ALineThatWouldReadBackDifferentlyIsRefused) {
  const auto t = Tunables::parse("x = f(a a b) // tune: {a b, b}", "x.cc");
  ASSERT_TRUE(t);
  const auto text = t->rewrite({1});
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("several literals"), std::string::npos);
}

}  // namespace
}  // namespace leanlab::agent

// Whatever is generated: rewriting changes literals only, and reading back gives the values that were written.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "agent/tunables/tunables.h"

namespace leanlab::agent {
namespace {

rc::Gen<std::string> literal_line() {
  const auto names = rc::gen::element<std::string>("tile", "depth", "rate", "x", "n_jobs", "max-iter");
  const auto assignments = rc::gen::element<std::string>(" = ", ": ", "=", " := ", "(");
  const auto tails = rc::gen::element<std::string>("", ";", ",", ")", " ;  ");
  const auto markers = rc::gen::element<std::string>(" # ", " // ", "#", " -- ", " % ", " ! ");
  const auto bodies = rc::gen::element<std::pair<std::string, std::string>>(
      std::pair{"5", "1..64 int"}, std::pair{"5", "1..64 int log"}, std::pair{"5u", "0..100"},
      std::pair{"-5", "-100..100 int"}, std::pair{"0x1F", "1..4096 int"},
      std::pair{"1'000", "1..100000 int log"}, std::pair{"0.5", "0..1"}, std::pair{"0.5f", "0.001..10 log"},
      std::pair{"1e-3", "1e-6..1 log"}, std::pair{"\"gini\"", "{gini, entropy, log_loss}"},
      std::pair{"'a'", "{a, b}"}, std::pair{"ijk", "{ijk, ikj}"}, std::pair{"True", "bool"},
      std::pair{"true", "bool"}, std::pair{"1", "bool"}, std::pair{"16", "{8, 16, 32}"},
      std::pair{"-O2 -g", "{-O2 -g, -O3, -O3 -g}"});
  return rc::gen::map(rc::gen::tuple(names, assignments, bodies, tails, markers), [](const auto& parts) {
    const auto& [name, assignment, body, tail, marker] = parts;
    return name + assignment + body.first + tail + marker + "tune: " + body.second;
  });
}

rc::Gen<std::string> source() {
  const auto plain =
      rc::gen::element<std::string>("", "int main() {", "  return 0;", "\tx = \"# not a comment\"",
                                    "# prose about tune: things", "caf\xc3\xa9 = 3", "\xff\xfe bad bytes");
  const auto line = rc::gen::oneOf(plain, literal_line(), literal_line());
  const auto lines = rc::gen::container<std::vector<std::string>>(line);
  return rc::gen::map(rc::gen::pair(lines, rc::gen::element<std::string>("\n", "\r\n")),
                      [](const auto& parts) {
                        std::string text;
                        for (const std::string& l : parts.first) text += l + parts.second;
                        return text;
                      });
}

search::Point any_point(const Tunables& t) {
  std::vector<double> units;
  for (std::size_t i = 0; i < t.space().size(); ++i) units.push_back(*rc::gen::inRange(0, 10001) / 10000.0);
  return t.space().from_units(units);
}

TEST(TunablesProperty, WhatIsWrittenIsReadBack) {
  EXPECT_TRUE(rc::check("rewrite then parse", [] {
    const std::string text = *source();
    const auto t = Tunables::parse(text, "x");
    RC_ASSERT(t.has_value());
    const auto point = any_point(*t);
    const auto written = t->rewrite(point);
    RC_ASSERT(written.has_value());
    const auto again = Tunables::parse(*written, "x");
    RC_ASSERT(again.has_value());
    RC_ASSERT(search::Space::key(again->point()) == search::Space::key(point));
    // And back again: apart from the spelling of numbers, nothing else may have moved.
    RC_ASSERT(std::count(written->begin(), written->end(), '\n') ==
              std::count(text.begin(), text.end(), '\n'));
  }));
}

TEST(TunablesProperty, EveryByteOutsideTheLiteralsStays) {
  EXPECT_TRUE(rc::check("outside", [] {
    const std::string text = *source();
    const auto t = Tunables::parse(text, "x");
    RC_ASSERT(t.has_value());
    const auto written = t->rewrite(any_point(*t));
    RC_ASSERT(written.has_value());
    const auto again = Tunables::parse(*written, "x");
    RC_ASSERT(again.has_value());
    const auto outside = [](const std::string& source_text, const Tunables& tunables) {
      std::string rest;
      std::size_t at = 0;
      for (const Tunable& tunable : tunables.list()) {
        rest += source_text.substr(at, tunable.literal.begin - at) + "*";
        at = tunable.literal.end;
      }
      return rest + source_text.substr(at);
    };
    RC_ASSERT(outside(text, *t) == outside(*written, *again));
  }));
}

TEST(TunablesProperty, AnyTextIsReadOrRefused) {
  EXPECT_TRUE(rc::check("any text", [](const std::vector<std::string>& pieces) {
    std::string text;
    for (const std::string& piece : pieces)
      text += piece + *rc::gen::element<std::string>(" # tune: ", "..", "{", ",", "}", "'", "\"", "=", " if ",
                                                     "\n", "1", "int", "-");
    const auto t = Tunables::parse(text, "x");
    if (t) RC_ASSERT(t->list().size() == t->space().size());
  }));
}

}  // namespace
}  // namespace leanlab::agent

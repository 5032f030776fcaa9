#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace leanlab {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ParseJson, KeepsTheOrderOfKeys) {
  EXPECT_EQ(to_line(*parse_json(R"({"b": 1, "a": [true, null]})")), R"({"b":1,"a":[true,null]})");
}

TEST(ParseJson, NamesLineColumnAndCaret) {
  const auto result = parse_json("{\n  \"a\": 1,\n  \"b\": ,\n}", "lab.json");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::misconfigured);
  EXPECT_THAT(result.error().where, HasSubstr("lab.json:3:8"));
  EXPECT_THAT(result.error().where, HasSubstr("       ^"));
}

TEST(ParseJson, RefusesWhatIsNoNumber) {
  for (const char* text : {R"({"x": NaN})", R"({"x": Infinity})", R"({"x": -Infinity})"}) {
    EXPECT_THAT(parse_json(text).error().message, HasSubstr("NaN and Infinity")) << text;
  }
  EXPECT_FALSE(parse_json(R"({"x": 1e999})"));
}

TEST(ParseJson, FindsADuplicateKeyAtAnyDepth) {
  EXPECT_THAT(parse_json(R"({"a": 1, "a": 2})").error().message, HasSubstr("\"a\" stands twice"));
  EXPECT_FALSE(parse_json(R"({"x": [1, {"a": {}, "b": "a", "a": 2}]})"));
  EXPECT_TRUE(parse_json(R"({"x": {"a": 1}, "y": {"a": "a"}, "a": ["a", "a"]})"));
}

TEST(ParseJson, ItsErrorsActOnNoScreen) {
  const Error twice = parse_json("{\"\\u001b[2J\": 1, \"\\u001b[2J\": 2}").error();
  EXPECT_THAT(twice.message, HasSubstr("\"\\x1b[2J\" stands twice"));
  const Error quoted = parse_json("[\"a; expected \x7f\n\"]").error();
  EXPECT_THAT(quoted.message, Not(HasSubstr("expected")));
  const Error stray = parse_json("{\"a\": \x1b[2J}", "lab.json").error();
  EXPECT_EQ(stray.where, "lab.json:1:7\n  {\"a\": \\x1b[2J}\n        ^");
}

TEST(ParseJson, RepairsBadUtf8) {
  EXPECT_EQ((*parse_json("\"a\xff\"")).get<std::string>(), "a\xEF\xBF\xBD");
}

TEST(JsonPlace, PointsAtTheValue) {
  const std::string text =
      "{\n  \"name\": \"x\",\n  \"objective\": {\"metric\": 1, \"direction\": \"up\"}\n}";
  EXPECT_THAT(json_place(text, "lab.json", "/objective/direction"), HasSubstr("lab.json:3:43"));
  EXPECT_THAT(json_place(text, "lab.json", "/objective/nothing"), HasSubstr("lab.json:3:16"));
}

TEST(ParseJson, DeepNestingIsRefusedBeforeItCanOverflowTheStack) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(parse_json(nested(200)));
  for (const std::size_t levels : {std::size_t{201}, std::size_t{1'000'000}}) {
    const auto value = parse_json(nested(levels));
    ASSERT_FALSE(value);
    EXPECT_NE(value.error().message.find("200 levels"), std::string::npos);
  }
  EXPECT_TRUE(parse_json("\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\""))
      << "brackets in a string";
}

TEST(ParseJson, EscapedKeysAreTheSameKeys) {
  const auto twice = parse_json(R"({"score": 1, "\u0073core": 2})");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("\"score\" stands twice"), std::string::npos);
  EXPECT_TRUE(parse_json(R"({"a\"b": 1, "a\\b": 2})"));
}

}  // namespace
}  // namespace leanlab

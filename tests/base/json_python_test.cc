#include "base/json_python.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace leanlab {
namespace {

std::string read(std::string_view text) {
  const auto value = parse_python_json(text);
  return value ? to_line(*value) : "error: " + value.error().message;
}

TEST(PythonJson, WhatIsNoNumberIsNull) {
  EXPECT_EQ(
      read(R"({"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e400, "e": -1e999, "f": 1e-400, "g": 2})"),
      R"({"a":null,"b":null,"c":null,"d":null,"e":null,"f":0.0,"g":2})");
  EXPECT_EQ(read("[NaN,NaN]"), "[null,null]");
}

TEST(PythonJson, TextIsNotTouched) {
  EXPECT_EQ(read(R"({"NaN": "Infinity NaN, 1e999", "a\"NaN": "\\"})"),
            R"({"NaN":"Infinity NaN, 1e999","a\"NaN":"\\"})");
}

TEST(PythonJson, TheLastOfEqualKeysCounts) {
  EXPECT_EQ(read(R"({"a": 1, "b": 2, "a": 3})"), R"({"a":3,"b":2})");
}

TEST(PythonJson, HalfOfASurrogatePairIsReplaced) {
  EXPECT_EQ(read(R"(["\ud800", "\uDC00x", "\ud83d\ude00", "\ud800\ud83d\ude00", "\\ud800"])"),
            "[\"\xEF\xBF\xBD\",\"\xEF\xBF\xBDx\",\"\xF0\x9F\x98\x80\",\"\xEF\xBF\xBD\xF0\x9F\x98\x80\","
            "\"\\\\ud800\"]");
}

TEST(PythonJson, WhatIsNoJsonIsAnError) {
  for (const char* text : {"", "x", "{", "{\"a\": 1", "{\"a\"", "\"", "\"\\", "\"\\u12", "[nan]", "[NaNs]",
                           "[1e]", "[+Infinity]", "{\"a\": 1, \"a\": 2} x", "[--]"}) {
    EXPECT_FALSE(parse_python_json(text)) << text;
  }
}

}  // namespace
}  // namespace leanlab

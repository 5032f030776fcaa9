#include "base/strings.h"

#include <gtest/gtest.h>

namespace leanlab {
namespace {

using Words = std::vector<std::string>;

TEST(SplitCommand, FollowsTheShell) {
  EXPECT_EQ(*split_command("uv run python evaluation.py --experiment {file}"),
            (Words{"uv", "run", "python", "evaluation.py", "--experiment", "{file}"}));
  EXPECT_EQ(*split_command(R"(sh -c 'a "b" c' "d \"e\"" f\ g '')"),
            (Words{"sh", "-c", "a \"b\" c", "d \"e\"", "f g", ""}));
  EXPECT_EQ(split_command("  ")->size(), 0u);
  EXPECT_EQ(split_command("sh 'open").error().code, ErrorCode::misconfigured);
}

TEST(JoinCommand, IsSplitCommandsReverse) {
  const Words words{"sh", "-c", "it's \"here\" $x", "", "naïve {file}"};
  EXPECT_EQ(*split_command(join_command(words)), words);
}

TEST(Nearest, SuggestsOnlyWhatIsNear) {
  const Words commands{"run", "check", "lock", "unlock", "verify"};
  EXPECT_EQ(nearest("chekc", commands), "check");
  EXPECT_EQ(nearest("verfy", commands), "verify");
  EXPECT_EQ(nearest("zzzzzz", commands), "");
}

TEST(Utf8, RepairsAndMeasures) {
  EXPECT_EQ(repair_utf8("a\xff"
                        "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(repair_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a lone surrogate
  EXPECT_EQ(repair_utf8("Zürich 東京"), "Zürich 東京");
  EXPECT_EQ(display_width("東京"), 4u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(clip("abcdef", 4), "abc…");
  EXPECT_EQ(clip("東京都", 4), "東…");
}

TEST(Printable, ShowsControlCharacters) {
  EXPECT_EQ(printable("\x1b[31mred\n"), "\\x1b[31mred\\n");
  EXPECT_EQ(printable("a\nb", Newlines::keep), "a\nb");
  // Some terminals take U+009B for "\x1b[", and U+202E turns what follows around.
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m \xe2\x80\xae"
                      "evil\xe2\x81\xa6"),
            "\\u{9b}31m \\u{202e}evil\\u{2066}");
  // Nobody sees a space without width, or a letter out of the alphabet of tags.
  EXPECT_EQ(printable("rmse\xe2\x80\x8b \xf3\xa0\x81\x81"), "rmse\\u{200b} \\u{e0041}");
  EXPECT_EQ(json_for_screen("\xf3\xa0\x81\x81"), "\\udb40\\udc41");
  EXPECT_EQ(json_for_screen("{\"a\": \"\xc2\x9b"
                            "31m ä\"}"),
            "{\"a\": \"\\u009b31m ä\"}");
  EXPECT_EQ(printable("ä € \xc2\xa0 “x”"), "ä € \xc2\xa0 “x”");
}

TEST(Numbers, ReadBackAsTheSame) {
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(1e-7), "1e-07");
  EXPECT_EQ(number(3), "3");
  EXPECT_EQ(human_bytes(12'345'678), "12.3 MB");
}

TEST(Lines, KnowBothEndings) {
  EXPECT_EQ(split_lines("a\r\nb\n\nc"), (std::vector<std::string_view>{"a", "b", "", "c"}));
}

}  // namespace
}  // namespace leanlab

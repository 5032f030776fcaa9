// What an output can show, and widths of styled text.
#include "cli/ui/terminal.h"

#include <map>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fd.h"

namespace leanlab::cli::ui {
namespace {

/// A real terminal: the far end of a new pseudo-terminal.
class TerminalTest : public testing::Test {
 protected:
  void SetUp() override {
    auto controller = open_file("/dev/ptmx", O_RDWR | O_NOCTTY);
    if (!controller) GTEST_SKIP() << controller.error().message;
    controller_ = std::move(*controller);
    if (::grantpt(controller_.get()) != 0 || ::unlockpt(controller_.get()) != 0)
      GTEST_SKIP() << "no pseudo-terminals";
    terminal_ = std::move(*open_file(::ptsname(controller_.get()), O_RDWR | O_NOCTTY));
  }
  Terminal detect(std::map<std::string, std::string> environment, When colour = When::automatic) {
    return detect_terminal(terminal_.get(), colour, [&](const char* name) -> const char* {
      const auto it = environment.find(name);
      return it == environment.end() ? nullptr : it->second.c_str();
    });
  }
  Fd controller_, terminal_;
};

TEST_F(TerminalTest, ATerminalHasColourAndAnimation) {
  const Terminal terminal = detect({{"TERM", "xterm-256color"}});
  EXPECT_TRUE(terminal.is_terminal);
  EXPECT_TRUE(terminal.animated);
  EXPECT_TRUE(terminal.style.on());
  EXPECT_TRUE(terminal.unicode);
}

TEST_F(TerminalTest, TheEnvironmentIsHonoured) {
  EXPECT_FALSE(detect({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).style.on());
  EXPECT_TRUE(detect({{"TERM", "xterm"}, {"NO_COLOR", ""}}).style.on()) << "an empty NO_COLOR says nothing";
  EXPECT_TRUE(detect({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).animated);
  EXPECT_FALSE(detect({{"TERM", "xterm"}, {"CI", "true"}}).animated);
  EXPECT_FALSE(detect({{"TERM", "dumb"}}).animated);
  EXPECT_FALSE(detect({{"TERM", "dumb"}}).style.on());
  EXPECT_FALSE(detect({}).animated) << "no TERM is a dumb terminal";
  EXPECT_FALSE(detect({{"TERM", "linux"}}).unicode);
  EXPECT_FALSE(detect({{"TERM", "xterm"}, {"LC_ALL", "de_DE.ISO-8859-1"}, {"LANG", "C.UTF-8"}}).unicode);
  EXPECT_TRUE(detect({{"TERM", "xterm"}, {"LANG", "de_DE.utf8"}}).unicode);
}

TEST_F(TerminalTest, TheFlagDecides) {
  EXPECT_FALSE(detect({{"TERM", "xterm"}}, When::never).style.on());
  EXPECT_TRUE(detect({{"TERM", "xterm"}, {"NO_COLOR", "1"}}, When::always).style.on());
}

TEST(TerminalOfAFile, HasNeither) {
  const Fd null = std::move(*open_file("/dev/null", O_WRONLY));
  const Terminal terminal = detect_terminal(null.get(), When::automatic,
                                            [](const char*) { return static_cast<const char*>("xterm"); });
  EXPECT_FALSE(terminal.is_terminal);
  EXPECT_FALSE(terminal.animated);
}

TEST(StyledText, WidthCountsNoEscapes) {
  const Style style(true);
  EXPECT_EQ(styled_width(style.bold_red("数x")), 3u);
  EXPECT_EQ(Style(false).red("x"), "x");
  EXPECT_EQ(style.red(""), "");
}

TEST(StyledText, ClippingClosesTheStyle) {
  const Style style(true);
  EXPECT_EQ(styled_clip(style.red("abcdef"), 4), "\x1b[31mabc…\x1b[0m");
  EXPECT_EQ(styled_clip(style.red("ab") + "cdef", 4), "\x1b[31mab\x1b[0mc…");
  EXPECT_EQ(styled_clip("数字数字", 4), "数…");
  EXPECT_EQ(styled_clip("abcd", 4), "abcd");
  EXPECT_EQ(styled_clip("abcd", 0), "");
}

TEST(StyledWrap, breaks_between_words_and_indents_what_follows) {
  EXPECT_THAT(styled_wrap("one two three four", 9, "  "),
              ::testing::ElementsAre("one two", "  three", "  four"));
  EXPECT_THAT(styled_wrap("  short", 9, "  "), ::testing::ElementsAre("  short"));
  EXPECT_THAT(styled_wrap("a longerthanallcolumns b", 9, ""),
              ::testing::ElementsAre("a", "longerthanallcolumns", "b"));
  EXPECT_THAT(styled_wrap(Style(true).red("ab cd"), 4, ""),
              ::testing::ElementsAre("\x1b[31mab", "cd\x1b[0m"));
}

}  // namespace
}  // namespace leanlab::cli::ui

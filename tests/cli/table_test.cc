// Tables: alignment by what a terminal shows, not by bytes.
#include "cli/ui/table.h"

#include <gtest/gtest.h>

namespace leanlab::cli::ui {
namespace {

TEST(Table, AlignsWideAndStyledCells) {
  Table table({{"name"}, {"best", Align::right}, {""}});
  const Style style(true);
  table.add({"数字", "0.5", "first"});
  table.add({style.bold("ab"), "12.25", ""});
  EXPECT_EQ(table.render(Terminal{}),
            "name   best\n"
            "数字    0.5  first\n"
            "\x1b[1mab\x1b[0m    12.25\n");
}

TEST(Table, WithoutTitlesThereIsNoTitleLine) {
  Table table({{""}, {""}});
  table.add({"a", "b"});
  EXPECT_EQ(table.render(Terminal{}), "a  b\n");
}

TEST(Table, AFileGetsEverything) {
  Table table({{"", Align::left, Fit::elastic}});
  table.add({std::string(500, 'x')});
  EXPECT_EQ(table.render(Terminal{}), std::string(500, 'x') + "\n");
}

TEST(Table, ATerminalClipsTheElasticColumn) {
  Terminal terminal;
  terminal.is_terminal = true;  // but no descriptor of one: 80 columns
  terminal.fd = -1;
  Table table({{""}, {"", Align::left, Fit::elastic}, {"", Align::right}});
  table.add({"id", std::string(500, 'x'), "end"});
  const std::string line = table.render(terminal);
  EXPECT_EQ(styled_width(line.substr(0, line.size() - 1)), 79u);
  EXPECT_TRUE(line.ends_with("…  end\n")) << line;
}

}  // namespace
}  // namespace leanlab::cli::ui

// The manual says what the tables say: each option, each positional, each command, and nothing more.
#include "cli/manual.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/globals.h"
#include "cli/ui/markdown.h"

namespace leanlab::cli {
namespace {

using testing::HasSubstr;
using ui::Block;

std::vector<Block> blocks_under(const std::string& page, const std::string& heading) {
  std::vector<Block> found;
  bool inside = false;
  for (const Block& block : ui::parse_markdown(page)) {
    if (block.kind == Block::Kind::heading)
      inside = block.text == heading;
    else if (inside)
      found.push_back(block);
  }
  return found;
}

std::set<std::string> terms_under(const std::string& page, const std::string& heading) {
  std::set<std::string> terms;
  for (const Block& block : blocks_under(page, heading)) terms.insert(block.term);
  return terms;
}

std::set<std::string> terms_of(const std::vector<Option>& options) {
  std::set<std::string> terms;
  for (const Option& option : options) terms.insert(option_term(option));
  return terms;
}

TEST(Manual, EachBuiltCommandHasAPageWithItsOptionsAndNoOthers) {
  for (const Command& command : commands()) {
    if (!command.run) continue;
    SCOPED_TRACE(command.name);
    const std::string page = manual_page(command.name);
    EXPECT_THAT(page, testing::StartsWith("# leanlab " + command.name + "\n"));
    EXPECT_EQ(terms_under(page, "Options"), terms_of(command.options));
    EXPECT_FALSE(summary_of(command).empty());
    EXPECT_FALSE(summary_of(command).ends_with('.'));
    EXPECT_FALSE(blocks_under(page, "Exit codes").empty());
    EXPECT_FALSE(blocks_under(page, "Examples").empty());
  }
}

TEST(Manual, UsageNamesEachPositional) {
  for (const Command& command : commands()) {
    if (!command.run) continue;
    const auto usage = blocks_under(manual_page(command.name), "Usage");
    ASSERT_FALSE(usage.empty()) << command.name;
    EXPECT_THAT(usage.front().text, testing::StartsWith("leanlab " + command.name));
    for (const Positional& positional : command.positionals) {
      if (positional.kind != Kind::choice) {
        EXPECT_THAT(usage.front().text, HasSubstr("<" + positional.name + ">"));
      }
    }
  }
}

TEST(Manual, EachOptionHasAText) {
  for (const Command& command : commands())
    for (const Option& option : command.options)
      EXPECT_FALSE(option_help(command.name, option).empty()) << command.name << option.name;
  for (const Option& option : global_options())
    EXPECT_FALSE(option_help("leanlab", option).empty()) << option.name;
}

TEST(Manual, OptionsThatAreNotBuiltYetSayIt) {
  for (const Command& command : commands())
    for (const Option& option : command.options)
      if (option.built == Built::not_yet) {
        EXPECT_THAT(option_help(command.name, option), HasSubstr("not built yet"));
      }
}

TEST(Manual, NoCommandShadowsAnOptionForAll) {
  for (const Command& command : commands())
    for (const Option& option : command.options)
      for (const Option& global : global_options()) {
        EXPECT_NE(option.name, global.name) << command.name;
        if (option.letter) {
          EXPECT_NE(option.letter, global.letter) << command.name;
        }
      }
}

TEST(Manual, TheOverviewListsEachCommandAndGlobalOptionOnce) {
  const std::string page = manual_page("leanlab");
  EXPECT_EQ(terms_under(page, "Options for every command"), terms_of(global_options()));
  for (const Command& command : commands()) {
    const auto blocks = ui::parse_markdown(page);
    const auto times = std::count_if(blocks.begin(), blocks.end(),
                                     [&](const Block& b) { return b.term == "`" + command.name + "`"; });
    EXPECT_EQ(times, 1) << command.name;
  }
}

TEST(Manual, PagesOfNothingAreEmpty) {
  EXPECT_EQ(manual_page("nonsense"), "");
  EXPECT_THAT(manual_page("gate"), HasSubstr("not have the command"));
}

TEST(Manual, ExitCodesPageHasEachCode) {
  EXPECT_EQ(
      terms_under(manual_page("exit-codes"), "Codes"),
      (std::set<std::string>{"`0`", "`1`", "`2`", "`3`", "`4`", "`5`", "`6`", "`7`", "`8`", "`9`", "`70`"}));
}

}  // namespace
}  // namespace leanlab::cli

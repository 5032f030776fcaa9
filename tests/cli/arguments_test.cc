// The parser: what it accepts, what it refuses, and what it suggests.
#include "cli/arguments.h"

#include <gtest/gtest.h>

namespace leanlab::cli {
namespace {

Result<int> done(Context&, const Arguments&) {
  return 0;
}

const std::vector<Option> k_globals = {
    {.name = "--directory", .kind = Kind::folder, .value = "DIR", .letter = 'C'},
    {.name = "--json", .kind = Kind::choice, .value = "lines", .choices = {"lines"}, .value_optional = true},
    {.name = "--quiet", .letter = 'q'},
    {.name = "--verbose", .letter = 'v'},
    {.name = "--help", .letter = 'h'},
    {.name = "--version"},
};

const std::vector<Command> k_commands = {
    {.name = "run",
     .positionals = {{.name = "lab", .kind = Kind::lab}},
     .options = {{.name = "--n", .kind = Kind::count, .value = "N", .letter = 'n'},
                 {.name = "--usd", .kind = Kind::number, .value = "X"},
                 {.name = "--agent", .kind = Kind::text, .value = "B", .times = Times::many},
                 {.name = "--parallel", .kind = Kind::count, .value = "K"},
                 {.name = "--later", .built = Built::not_yet}},
     .run = done},
    {.name = "submit",
     .positionals = {{.name = "lab", .kind = Kind::lab},
                     {.name = "file", .kind = Kind::path, .needed = Positional::Needed::one_or_more}},
     .run = done},
    {.name = "show",
     .positionals = {{.name = "id", .kind = Kind::id, .needed = Positional::Needed::optional}},
     .run = done},
    {.name = "gate", .summary = "not built yet"},
};

Result<CommandLine> parse(const std::vector<std::string>& words) {
  return parse_command_line(words, k_globals, k_commands);
}

std::string message_of(const std::vector<std::string>& words) {
  const auto line = parse(words);
  return line ? "no error" : line.error().message;
}

TEST(Arguments, Values) {
  const auto line = parse({"run", "digits", "--n", "5", "--usd=2.5", "--agent", "a", "--agent=b", "-qv"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->command->name, "run");
  EXPECT_EQ(line->arguments.word("lab"), "digits");
  EXPECT_EQ(line->arguments.count("--n"), 5u);
  EXPECT_EQ(line->arguments.number("--usd"), 2.5);
  EXPECT_EQ(line->arguments.values("--agent"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(line->arguments.has("--quiet"));
  EXPECT_TRUE(line->arguments.has("--verbose"));
  EXPECT_FALSE(line->arguments.has("--parallel"));
  EXPECT_EQ(line->arguments.count("--parallel"), std::nullopt);
}

TEST(Arguments, GlobalOptionsStandAnywhere) {
  for (const auto& words :
       {std::vector<std::string>{"-C", "dir", "show", "--json"}, {"show", "-Cdir", "--json"}}) {
    const auto line = parse(words);
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(line->arguments.value("--directory"), "dir");
    EXPECT_EQ(line->arguments.value("--json"), "");
  }
}

TEST(Arguments, AnOptionalValueNeedsItsEqualsSign) {
  const auto line = parse({"show", "--json", "lines"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->arguments.word_or_empty("id"), "lines");
  EXPECT_EQ(parse({"show", "--json=lines"})->arguments.value("--json"), "lines");
  EXPECT_EQ(message_of({"show", "--json=line"}),
            "--json wants one of lines, not 'line'; did you mean 'lines'?");
}

TEST(Arguments, LettersTakeTheirValueAttachedOrNext) {
  EXPECT_EQ(parse({"run", "l", "-n7"})->arguments.count("--n"), 7u);
  EXPECT_EQ(parse({"run", "l", "-n", "7"})->arguments.count("--n"), 7u);
}

TEST(Arguments, TwoDashesEndTheOptions) {
  const auto line = parse({"submit", "lab", "--", "--n", "-x"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->arguments.words("file"), (std::vector<std::string>{"--n", "-x"}));
}

TEST(Arguments, MistakesAreNamed) {
  EXPECT_EQ(message_of({"rnu"}), "there is no command 'rnu'; did you mean 'run'?");
  EXPECT_EQ(message_of({"run", "l", "--paralel", "2"}),
            "'leanlab run' has no option '--paralel'; did you mean '--parallel'?");
  EXPECT_EQ(message_of({"run", "l", "--n", "many"}), "--n wants a whole number, not 'many'");
  EXPECT_EQ(message_of({"run", "l", "--n", "-1"}), "--n wants a whole number, not '-1'");
  EXPECT_EQ(message_of({"run", "l", "--usd", "inf"}), "--usd wants a number, not 'inf'");
  EXPECT_EQ(message_of({"run", "l", "--n"}), "--n wants a value (N)");
  EXPECT_EQ(message_of({"run", "l", "--n", "--json"}), "--n wants a value (N), but '--json' follows");
  EXPECT_EQ(message_of({"run", "l", "--n", "1", "--n", "2"}), "--n was given twice: '1' and '2'");
  EXPECT_EQ(message_of({"run", "l", "--quiet=yes"}), "--quiet takes no value, but 'yes' was given");
  EXPECT_EQ(message_of({"run"}), "'leanlab run' wants <lab>");
  EXPECT_EQ(message_of({"submit", "lab"}), "'leanlab submit' wants <file>");
  EXPECT_EQ(message_of({"run", "a", "b"}), "'leanlab run' does not know what to do with 'b'");
  EXPECT_EQ(message_of({"run", ""}), "<lab> wants a value, but it is empty");
  EXPECT_EQ(message_of({"\x1b[31mx"}), "there is no command '\\x1b[31mx'");
}

TEST(Arguments, WhatIsNotBuiltYetSaysSo) {
  const auto option = parse({"run", "l", "--later"});
  ASSERT_FALSE(option);
  EXPECT_EQ(option.error().code, ErrorCode::unsupported);
  EXPECT_EQ(option.error().message, "--later is not built yet");
  const auto command = parse({"gate", "slug", "--test-cmd", "make", "--help"});
  ASSERT_TRUE(command) << "the words of a command that is not built yet are not looked at";
  EXPECT_TRUE(command->arguments.has("--help"));
}

TEST(Arguments, HelpNeedsNothingElse) {
  const auto line = parse({"run", "--help"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_TRUE(line->arguments.has("--help"));
}

TEST(Arguments, NoCommandIsNoError) {
  const auto line = parse({});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->command, nullptr);
}

TEST(Arguments, Synopsis) {
  EXPECT_EQ(synopsis(k_commands[0]), "leanlab run <lab> [options]");
  EXPECT_EQ(synopsis(k_commands[1]), "leanlab submit <lab> <file>...");
  EXPECT_EQ(synopsis(k_commands[2]), "leanlab show [<id>]");
}

}  // namespace
}  // namespace leanlab::cli

// The manual's Markdown: to blocks, to a terminal, to man(7).
#include "cli/ui/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leanlab::cli::ui {
namespace {

using testing::HasSubstr;

constexpr const char* k_page = R"(# leanlab run

evolve experiments

## Usage

    leanlab run <lab>
    leanlab run --n 5

## Options

- `--n N`: how many to make,
  five if not said
- plain item

```
raw  code
```

A **bold** word, a `code span` and [a link](x.md).
)";

Terminal plain() {
  return {};
}

TEST(Markdown, Blocks) {
  const auto blocks = parse_markdown(k_page);
  ASSERT_EQ(blocks.size(), 9u);
  EXPECT_EQ(blocks[0].kind, Block::Kind::title);
  EXPECT_EQ(blocks[1].text, "evolve experiments");
  EXPECT_EQ(blocks[3].text, "leanlab run <lab>\nleanlab run --n 5\n");
  EXPECT_EQ(blocks[5].term, "`--n N`");
  EXPECT_EQ(blocks[5].text, "how many to make, five if not said");
  EXPECT_EQ(blocks[6].term, "");
  EXPECT_EQ(blocks[7].text, "raw  code\n");
}

TEST(Markdown, PlainTextHasNoMarkup) {
  EXPECT_EQ(
      render_for_terminal(parse_markdown(k_page), plain()),
      "leanlab run\n\nevolve experiments\n\nUsage\n  leanlab run <lab>\n  leanlab run --n 5\n\nOptions\n"
      "  --n N                 how many to make, five if not said\n  - plain item\n\n  raw  code\n\n"
      "  A bold word, a code span and a link.\n");
}

TEST(Markdown, LongTextIsWrapped) {
  std::string words = "- `--n N`:";
  for (int i = 0; i < 60; ++i) words += " word";
  const std::string text = render_for_terminal(parse_markdown(words), plain());
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != text.npos; start = end + 1) {
    EXPECT_LE(end - start, 80u);
    if (start > 0) {
      EXPECT_EQ(text.substr(start, 24), std::string(24, ' '));
    }
  }
}

TEST(Markdown, StylesAreClosed) {
  Terminal terminal;
  terminal.style = Style(true);
  const std::string text = render_for_terminal(parse_markdown(k_page), terminal);
  EXPECT_THAT(text, HasSubstr("\x1b[1mbold\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("\x1b[36mcode span\x1b[0m"));
}

TEST(Markdown, ManPage) {
  const std::string man =
      render_as_man_page(parse_markdown(k_page), "leanlab-run", "evolve experiments", "1.2.3");
  EXPECT_THAT(man, HasSubstr(".TH LEANLAB\\-RUN 1 \"\" \"leanlab 1.2.3\""));
  EXPECT_THAT(man, HasSubstr(".SH NAME\nleanlab\\-run \\- evolve experiments\n"));
  EXPECT_THAT(man, HasSubstr(".TP\n\\fB\\-\\-n N\\fR\nhow many to make"));
  EXPECT_THAT(man, HasSubstr(".SH USAGE\n"));
}

TEST(Markdown, ManPageGuardsRequestsAndEscapes) {
  const std::string man =
      render_as_man_page(parse_markdown("# x\n\ns\n\n.leanlab is \\ 'it'\n"), "x", "s", "1");
  EXPECT_THAT(man, HasSubstr("\n\\&.leanlab is \\e \\(aqit\\(aq\n"));
}

}  // namespace
}  // namespace leanlab::cli::ui

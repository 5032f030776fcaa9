// Markdown: the small dialect of our manual pages, to blocks, and from blocks to a terminal or to man(7).
// Dialect: `#` headings, paragraphs, indented or fenced code, items "- text" and "- `term`: text" (continued by
// indented lines), and inline `code`, **bold**, *italic*, [text](target).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/ui/terminal.h"

namespace leanlab::cli::ui {

struct Block {
  enum class Kind { title, heading, paragraph, code, item } kind = Kind::paragraph;
  std::string term;  ///< of an item: "--n N" (markdown), may be empty
  std::string text;  ///< markdown; of code: the lines as they are
};

[[nodiscard]] std::vector<Block> parse_markdown(std::string_view text);

/// For a terminal or a pipe: wrapped to its width (at most 100 columns), styled where it can be.
[[nodiscard]] std::string render_for_terminal(const std::vector<Block>& blocks, const Terminal& terminal);

/// A manual page. `name` is "leanlab-run", `summary` its one line, `version` for the footer.
[[nodiscard]] std::string render_as_man_page(const std::vector<Block>& blocks, std::string_view name,
                                             std::string_view summary, std::string_view version);

}  // namespace leanlab::cli::ui

// Manual: looking pages up and filling in what the tables know.
#include "cli/manual.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "cli/commands.h"
#include "cli/ui/markdown.h"

namespace leanlab::cli {
namespace {

std::string raw_page(std::string_view name) {
  for (const EmbeddedPage& page : embedded_pages())
    if (name == page.name) return page.markdown;
  return "";
}

/// "{{commands: run stop}}" to items. Not built ones are left to "{{planned}}".
std::string command_items(std::string_view names) {
  std::string items;
  while (!names.empty()) {
    const std::size_t space = names.find(' ');
    const Command* command = find_command(std::string(names.substr(0, space)));
    names = space == names.npos ? std::string_view() : trim(names.substr(space));
    INVARIANT(command != nullptr);
    if (command->run) items += fmt::format("- `{}`: {}\n", command->name, summary_of(*command));
  }
  return items;
}

std::string planned_items() {
  std::string items;
  for (const Command& command : commands())
    if (!command.run) items += fmt::format("- `{}`: {}\n", command.name, summary_of(command));
  return items;
}

/// Fills the lists in; a heading whose list is empty goes with it.
std::string filled_in(const std::string& page) {
  std::string out;
  std::size_t heading = 0;
  for (const std::string_view line : split_lines(page)) {
    const bool list = line.starts_with("{{commands: ") && line.ends_with("}}");
    const bool planned = line == "{{planned}}";
    if (line.starts_with("## ")) heading = out.size();
    if (!list && !planned) {
      out += std::string(line) + "\n";
      continue;
    }
    const std::string items = list ? command_items(trim(line.substr(12, line.size() - 14))) : planned_items();
    if (items.empty()) out.resize(heading);
    out += items;
  }
  return out;
}

}  // namespace

std::string manual_page(const std::string& name) {
  std::string page = raw_page(name);
  if (!page.empty()) return filled_in(page);
  const Command* command = find_command(name);
  if (!command) return "";
  return fmt::format(
      "# leanlab {}\n\n{}\n\n## Not built yet\n\nThis build of leanlab does not have the command. "
      "Using it is an error with exit code 3.\n",
      name, command->summary);
}

std::vector<std::string> topics() {
  std::vector<std::string> names;
  for (const EmbeddedPage& page : embedded_pages())
    if (!find_command(page.name)) names.emplace_back(page.name);
  return names;
}

std::string summary_of(const Command& command) {
  if (!command.summary.empty()) return command.summary;
  for (const ui::Block& block : ui::parse_markdown(raw_page(command.name)))
    if (block.kind == ui::Block::Kind::paragraph) return block.text;
  return "";
}

std::string option_term(const Option& option) {
  std::string term = option.letter ? fmt::format("`-{}`, ", option.letter) : "";
  if (option.kind == Kind::flag) return term + fmt::format("`{}`", option.name);
  if (option.value_optional) return term + fmt::format("`{}[={}]`", option.name, option.value);
  return term + fmt::format("`{} {}`", option.name, option.value);
}

std::string option_help(const std::string& page, const Option& option) {
  for (const ui::Block& block : ui::parse_markdown(raw_page(page))) {
    if (block.kind != ui::Block::Kind::item || block.term != option_term(option)) continue;
    const std::string text = replace_all(block.text, "`", "");
    // A full stop inside a word ("results.jsonl") ends nothing.
    for (std::size_t i = 0; i < text.size(); ++i)
      if ((text[i] == '.' || text[i] == ';') && (i + 1 == text.size() || text[i + 1] == ' '))
        return text.substr(0, i);
    return text;
  }
  return "";
}

}  // namespace leanlab::cli

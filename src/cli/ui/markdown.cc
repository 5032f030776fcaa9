// Markdown: text to blocks, and blocks to a terminal.
#include "cli/ui/markdown.h"

#include <algorithm>

#include "base/strings.h"

namespace leanlab::cli::ui {
namespace {

constexpr std::size_t k_widest = 100;

/// "`--n N`: how many" to term and text. An item without a term keeps its whole text.
Block item_from(std::string_view text) {
  Block block{Block::Kind::item, "", std::string(text)};
  const std::size_t colon = text.find("`: ");
  const bool long_term = text.starts_with('`') && text.ends_with("`:");
  if (long_term) return {Block::Kind::item, std::string(text.substr(0, text.size() - 1)), ""};
  if (text.starts_with('`') && colon != text.npos) {
    block.term = text.substr(0, colon + 1);
    block.text = text.substr(colon + 3);
  }
  return block;
}

/// Words of inline markdown, styled; a style may span words. Blanks inside `code` stay.
std::vector<std::string> styled_words(std::string_view text, const Style& style) {
  std::vector<std::string> words(1);
  enum class Mode { plain, code, bold, italic } mode = Mode::plain;
  std::string run;
  const auto flush = [&] {
    switch (mode) {
      case Mode::plain:
        words.back() += run;
        break;
      case Mode::code:
        words.back() += style.on() ? style.cyan(run) : run;
        break;
      case Mode::bold:
        words.back() += style.bold(run);
        break;
      case Mode::italic:
        words.back() += style.italic(run);
        break;
    }
    run.clear();
  };
  const auto toggle = [&](Mode which) {
    flush();
    mode = mode == which ? Mode::plain : which;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '`') {
      toggle(Mode::code);
    } else if (mode != Mode::code && text.substr(i).starts_with("**")) {
      toggle(Mode::bold);
      ++i;
    } else if (mode != Mode::code && c == '*' &&
               (mode == Mode::italic || text.find('*', i + 1) != text.npos)) {
      toggle(Mode::italic);
    } else if (mode == Mode::plain && c == '[' && text.find("](", i) != text.npos) {
      const std::size_t middle = text.find("](", i);
      const std::size_t end = text.find(')', middle);
      run += text.substr(i + 1, middle - i - 1);
      i = end == text.npos ? text.size() : end;
    } else if (c == ' ' && mode != Mode::code) {
      flush();
      if (!words.back().empty()) words.emplace_back();
    } else {
      run += c;
    }
  }
  flush();
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width, const Style& style) {
  std::string out;
  std::size_t used = 0;
  for (const std::string& word : styled_words(text, style)) {
    const std::size_t columns = styled_width(word);
    if (used > 0 && indent + used + 1 + columns > width) {
      out += "\n";
      used = 0;
    }
    if (used == 0) {
      out.append(indent, ' ');
    } else {
      out += " ";
      ++used;
    }
    out += word;
    used += columns;
  }
  return out + "\n";
}

std::string render_item(const Block& block, std::size_t width, const Style& style) {
  constexpr std::size_t k_text_column = 24;
  if (block.term.empty()) {
    std::string text = wrapped(block.text, 4, width, style);
    text[2] = '-';
    return text;
  }
  std::string term = "  " + style.bold(replace_all(block.term, "`", ""));
  const std::size_t taken = styled_width(term);
  const std::size_t column = width < 60 ? 6 : k_text_column;
  if (block.text.empty()) return term + "\n";
  const std::string text = wrapped(block.text, column, width, style);
  if (taken + 2 > column) return term + "\n" + text;
  return term + std::string(column - taken, ' ') + text.substr(column);
}

}  // namespace

std::vector<Block> parse_markdown(std::string_view text) {
  std::vector<Block> blocks;
  bool fenced = false, open = false;  // open: the next text line continues the last block
  for (const std::string_view line : split_lines(text)) {
    const std::string_view bare = trim(line);
    if (bare.starts_with("```")) {
      fenced = !fenced;
      if (fenced) blocks.push_back({Block::Kind::code, "", ""});
      open = false;
    } else if (fenced) {
      blocks.back().text += std::string(line) + "\n";
    } else if (bare.empty()) {
      open = false;
    } else if (line.starts_with("# ") || line.starts_with("## ")) {
      const bool title = line.starts_with("# ");
      blocks.push_back(
          {title ? Block::Kind::title : Block::Kind::heading, "", std::string(trim(line.substr(2)))});
      open = false;
    } else if (line.starts_with("- ")) {
      blocks.push_back(item_from(trim(line.substr(2))));
      open = true;
    } else if (line.starts_with("    ") && !open) {
      if (blocks.empty() || blocks.back().kind != Block::Kind::code)
        blocks.push_back({Block::Kind::code, "", ""});
      blocks.back().text += std::string(line.substr(4)) + "\n";
    } else if (open) {
      std::string& last = blocks.back().text;
      last += (last.empty() ? "" : " ") + std::string(bare);
    } else {
      blocks.push_back({Block::Kind::paragraph, "", std::string(bare)});
      open = true;
    }
  }
  return blocks;
}

std::string render_for_terminal(const std::vector<Block>& blocks, const Terminal& terminal) {
  const std::size_t width = std::min(terminal.is_terminal ? terminal.width() - 1 : std::size_t{80}, k_widest);
  const Style& style = terminal.style;
  std::string out;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    const bool between_items =
        i > 0 && block.kind == Block::Kind::item && blocks[i - 1].kind == Block::Kind::item;
    const bool under_heading = i > 0 && blocks[i - 1].kind == Block::Kind::heading;
    if (i > 0 && !between_items && !under_heading) out += "\n";
    switch (block.kind) {
      case Block::Kind::title:
        out += style.bold(block.text) + "\n";
        break;
      case Block::Kind::heading:
        out += style.bold_green(block.text) + "\n";
        break;
      case Block::Kind::paragraph:
        out += wrapped(block.text, i < 2 ? 0 : 2, width, style);
        break;
      case Block::Kind::item:
        out += render_item(block, width, style);
        break;
      case Block::Kind::code:
        for (const std::string_view line : split_lines(block.text)) out += "  " + std::string(line) + "\n";
        break;
    }
  }
  return out;
}

}  // namespace leanlab::cli::ui

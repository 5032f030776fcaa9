// Man pages: blocks to man(7). A leading dot or quote would be a request, a backslash an escape, so both are guarded.
#include <fmt/format.h>

#include "base/strings.h"
#include "cli/ui/markdown.h"

namespace leanlab::cli::ui {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '`')
      out += "\\(ga";
    else if (c == '^')
      out += "\\(ha";
    else if (c == '~')
      out += "\\(ti";
    else
      out += c;
  }
  return out;
}

std::string guarded(std::string line) {
  return line.starts_with('.') ? "\\&" + line : line;
}

/// Inline markdown to font changes.
std::string inline_roff(std::string_view text) {
  std::string out, run;
  bool code = false, bold = false, italic = false;
  const auto flush = [&] {
    out += escaped(run);
    run.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '`') {
      flush();
      code = !code;
      out += code ? "\\fB" : "\\fR";
    } else if (!code && text.substr(i).starts_with("**")) {
      flush();
      bold = !bold;
      out += bold ? "\\fB" : "\\fR";
      ++i;
    } else if (!code && c == '*' && (italic || text.find('*', i + 1) != text.npos)) {
      flush();
      italic = !italic;
      out += italic ? "\\fI" : "\\fR";
    } else if (!code && c == '[' && text.find("](", i) != text.npos) {
      const std::size_t middle = text.find("](", i);
      const std::size_t end = text.find(')', middle);
      run += text.substr(i + 1, middle - i - 1);
      i = end == text.npos ? text.size() : end;
    } else {
      run += c;
    }
  }
  flush();
  return out;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

}  // namespace

std::string render_as_man_page(const std::vector<Block>& blocks, std::string_view name,
                               std::string_view summary, std::string_view version) {
  std::string out = fmt::format(".TH {} 1 \"\" \"leanlab {}\" \"leanlab manual\"\n.nh\n.ad l\n",
                                upper(escaped(name)), version);
  out += fmt::format(".SH NAME\n{} \\- {}\n", escaped(name), inline_roff(summary));
  bool skipped_summary = false;
  for (const Block& block : blocks) {
    switch (block.kind) {
      case Block::Kind::title:
        break;
      case Block::Kind::heading:
        out += ".SH " + upper(escaped(block.text)) + "\n";
        break;
      case Block::Kind::paragraph:
        if (!skipped_summary)
          skipped_summary = true;
        else
          out += ".PP\n" + guarded(inline_roff(block.text)) + "\n";
        break;
      case Block::Kind::item:
        out += block.term.empty() ? ".IP \\(bu 2\n" : ".TP\n" + guarded(inline_roff(block.term)) + "\n";
        out += guarded(inline_roff(block.text.empty() ? " " : block.text)) + "\n";
        break;
      case Block::Kind::code:
        out += ".PP\n.RS 4\n.nf\n";
        for (const std::string_view line : split_lines(block.text)) out += guarded(escaped(line)) + "\n";
        out += ".fi\n.RE\n";
        break;
    }
  }
  return out;
}

}  // namespace leanlab::cli::ui

// Terminal: the rules for colour and animation, and escape-aware widths.
#include "cli/ui/terminal.h"

#include <algorithm>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/strings.h"

namespace leanlab::cli::ui {
namespace {

bool is_set(const char* value) {
  return value && *value;
}

/// The first of LC_ALL, LC_CTYPE, LANG that is set decides, as in setlocale(3). With none, or "C": a bare container's
/// terminal shows UTF-8 too, so only another named charset turns it off.
bool locale_has_unicode(const GetEnv& get_env) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = get_env(name);
    if (!is_set(value)) continue;
    const std::string_view locale = value;
    if (locale == "C" || locale == "POSIX") return true;
    return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos ||
           locale.find('.') == locale.npos;
  }
  return true;
}

/// Length of the escape sequence at the start of `text`: "ESC [ … letter". 0 when there is none.
std::size_t escape_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  for (std::size_t i = 2; i < text.size(); ++i)
    if (text[i] >= '@' && text[i] <= '~') return i + 1;
  return 0;
}

/// Bytes of the UTF-8 character at the start of `text`.
std::size_t character_length(std::string_view text) {
  std::size_t n = 1;
  while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) ++n;
  return n;
}

}  // namespace

std::string Style::wrap(const char* code, std::string_view text) const {
  if (!on_ || text.empty()) return std::string(text);
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

std::size_t Terminal::width() const {
  struct winsize size{};
  if (is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  if (const char* columns = std::getenv("COLUMNS"); is_set(columns)) {
    const long n = std::strtol(columns, nullptr, 10);
    if (n >= 20 && n <= 1000) return static_cast<std::size_t>(n);
  }
  return 80;
}

std::size_t Terminal::height() const {
  struct winsize size{};
  if (is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) return size.ws_row;
  return 24;
}

Terminal detect_terminal(int fd, When colour, const GetEnv& get_env) {
  Terminal terminal;
  terminal.fd = fd;
  terminal.is_terminal = ::isatty(fd) == 1;
  const char* term = get_env("TERM");
  const bool dumb = !is_set(term) || std::string_view(term) == "dumb";
  terminal.animated = terminal.is_terminal && !dumb && !is_set(get_env("CI"));
  terminal.unicode = locale_has_unicode(get_env) && !(term && std::string_view(term) == "linux");
  bool coloured = terminal.is_terminal && !dumb;
  if (is_set(get_env("NO_COLOR")))
    coloured = false;
  else if (const char* force = get_env("CLICOLOR_FORCE"); is_set(force) && std::string_view(force) != "0")
    coloured = true;
  if (colour != When::automatic) coloured = colour == When::always;
  terminal.style = Style(coloured);
  return terminal;
}

std::size_t styled_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const std::size_t escape = escape_length(text);
    const std::size_t step = escape ? escape : character_length(text);
    if (!escape) columns += display_width(text.substr(0, step));
    text.remove_prefix(step);
  }
  return columns;
}

std::string styled_clip(std::string_view text, std::size_t columns) {
  if (styled_width(text) <= columns) return std::string(text);
  std::string clipped;
  std::size_t used = 0;
  bool styled = false;
  while (!text.empty()) {
    const std::size_t escape = escape_length(text);
    const std::size_t step = escape ? escape : character_length(text);
    if (escape) {
      styled = text.substr(0, step) != "\x1b[0m";
    } else {
      const std::size_t width = display_width(text.substr(0, step));
      if (used + width + 1 > columns) break;
      used += width;
    }
    clipped += text.substr(0, step);
    text.remove_prefix(step);
  }
  if (columns > 0) clipped += "…";
  if (styled) clipped += "\x1b[0m";
  return clipped;
}

std::vector<std::string> styled_wrap(std::string_view text, std::size_t columns, std::string_view indent) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at + 1), text.size());
    const std::string_view word = text.substr(at, end - at);  // with the blank before it
    if (!line.empty() && styled_width(line) + styled_width(word) > columns) {
      lines.push_back(std::move(line));
      line = std::string(indent) + std::string(word.substr(word.starts_with(' ') ? 1 : 0));
    } else {
      line += word;
    }
    at = end;
  }
  lines.push_back(std::move(line));
  return lines;
}

}  // namespace leanlab::cli::ui

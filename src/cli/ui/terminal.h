// Terminal: what an output can show (colour, animation, Unicode, width), and text styled accordingly.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace leanlab::cli::ui {

enum class When { automatic, always, never };

/// Wraps text in the terminal's own sixteen colours, or returns it as it is.
class Style {
 public:
  Style() = default;
  explicit Style(bool on) : on_(on) {}
  [[nodiscard]] bool on() const { return on_; }
  [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }
  [[nodiscard]] std::string italic(std::string_view text) const { return wrap("3", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }
  [[nodiscard]] std::string blue(std::string_view text) const { return wrap("34", text); }
  [[nodiscard]] std::string cyan(std::string_view text) const { return wrap("36", text); }
  [[nodiscard]] std::string bold_red(std::string_view text) const { return wrap("1;31", text); }
  [[nodiscard]] std::string bold_green(std::string_view text) const { return wrap("1;32", text); }
  [[nodiscard]] std::string bold_yellow(std::string_view text) const { return wrap("1;33", text); }

 private:
  [[nodiscard]] std::string wrap(const char* code, std::string_view text) const;
  bool on_ = false;
};

/// The environment, injected so that the rules below are tested.
using GetEnv = std::function<const char*(const char*)>;

/// One output.
struct Terminal {
  int fd = 1;
  bool is_terminal = false;
  bool animated = false;  ///< may redraw lines in place: a terminal, not `TERM=dumb`, not `CI`
  bool unicode = true;    ///< UTF-8 and a font that has more than letters
  Style style;

  /// Columns now; asks the kernel each time, so that a resize is seen. `COLUMNS`, else 80, where there is no terminal.
  [[nodiscard]] std::size_t width() const;
  /// Rows now; 24 where there is no terminal.
  [[nodiscard]] std::size_t height() const;
};

/// Looks at a descriptor and the environment. `NO_COLOR` (not empty), `TERM=dumb` or no terminal: no colour,
/// unless `colour` or `CLICOLOR_FORCE` says otherwise.
[[nodiscard]] Terminal detect_terminal(int fd, When colour, const GetEnv& get_env);

/// Columns that styled text takes: escape sequences count nothing.
[[nodiscard]] std::size_t styled_width(std::string_view text);
/// Styled text cut to `columns`, with "…" when cut and its styling closed.
[[nodiscard]] std::string styled_clip(std::string_view text, std::size_t columns);
/// Styled text broken between words into lines of at most `columns`; further lines begin with `indent`. A longer word
/// stands on a line of its own.
[[nodiscard]] std::vector<std::string> styled_wrap(std::string_view text, std::size_t columns,
                                                   std::string_view indent);

}  // namespace leanlab::cli::ui

// First line: puts one sentence at the head of a source, as a comment or docstring of its language.
#pragma once

#include <string>
#include <string_view>

namespace leanlab::agent {

/// `source` with "<prefix><sentence>" as its first comment line, or as its docstring's first line in Python. An earlier line that
/// begins with `prefix` there is replaced. A shebang, an encoding line, a byte order mark and the like stay first; the line
/// ends stay as they are. `marker` opens a comment in this language ("#", "//", "/*", "<!--", ...); `file` tells Python.
[[nodiscard]] std::string with_first_line(std::string_view source, std::string_view file,
                                          std::string_view marker, std::string_view prefix,
                                          std::string sentence);

/// Whether the source names an encoding that may not have room for more than ASCII.
[[nodiscard]] bool names_an_encoding(std::string_view source);

}  // namespace leanlab::agent

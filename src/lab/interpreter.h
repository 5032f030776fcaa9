// Interpreter: a lab's command turned into the words that really run. Shims (pyenv, `uv run`), virtual and conda
// environments are resolved to the real interpreter: a shim costs time and may lie where a sandbox cannot see it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace leanlab::lab {

/// A Python, as it describes itself.
struct Interpreter {
  std::string program;  ///< what to run: in a virtual environment its own bin/python, which may be a link
  std::string real;     ///< the binary behind it, links resolved
  std::string version;  ///< "3.11.2"
  std::string prefix, base_prefix;  ///< differ in a virtual environment
  std::vector<std::string>
      search_path;  ///< its sys.path without the empty entry: standard library and packages
};

struct ResolvedCommand {
  std::vector<std::string> argv;           ///< argv[0] is absolute
  std::optional<Interpreter> interpreter;  ///< none: no Python
  std::vector<std::string> warnings;       ///< for `check`: what was taken in place of what
};

/// Splits `command` as a shell would, puts `file` in place of {file} inside words, and resolves the program: bare
/// names on PATH, relative ones from the lab's folder, Pythons by asking them (10 s at most; remembered in this
/// process). Errors: misconfigured (nothing there, not found, an interpreter that does not answer), with what to
/// install. `search_path` is the PATH to look on (a seal's); empty: ours. Thread: any.
[[nodiscard]] Result<ResolvedCommand> resolve_command(const std::string& command, const std::string& file,
                                                      const std::filesystem::path& lab_folder,
                                                      const std::string& search_path = "");

/// The first word of `command` that means a script of the lab (`evaluation.py` in `python evaluation.py {file}`) and is
/// not there, or empty.
[[nodiscard]] std::string missing_script(const std::string& command, const std::filesystem::path& lab_folder);

}  // namespace leanlab::lab

// Setup error: how a process that is being contained tells the guardian which step failed, before it ends.
#pragma once

#include <string>

namespace leanlab::helper {

/// What failed, as it crosses the set-up pipe. `step` is a kernel concept ("landlock", "exec"), `what` a path or empty.
struct SetupError {
  std::string step, what;
  int number = 0;  ///< errno
};

/// The write end of the set-up pipe, close-on-exec: its end of file tells that the command has been exec'd.
void use_setup_pipe(int fd);

/// Reports errno and ends this process.
[[noreturn]] void setup_failed(const char* step, const std::string& what = "");

/// Reads what was reported. False at the end of file without a report.
bool parse_setup_error(const std::string& text, SetupError& error);

}  // namespace leanlab::helper

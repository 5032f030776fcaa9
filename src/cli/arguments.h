// Arguments: a command line, read by the tables of command.h. Unknown words are errors with a suggestion.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace leanlab::cli {

/// What was given. Asking for a name that is not declared is a bug, and ends the program.
class Arguments {
 public:
  /// Whether the option stands on the line.
  [[nodiscard]] bool has(const std::string& option) const { return !values(option).empty(); }
  /// The option's value, or none. A flag's value, and that of an optional value left out, is "".
  [[nodiscard]] std::optional<std::string> value(const std::string& option) const;
  /// As value(), for Kind::count.
  [[nodiscard]] std::optional<std::uint64_t> count(const std::string& option) const;
  /// As value(), for Kind::number.
  [[nodiscard]] std::optional<double> number(const std::string& option) const;
  /// All values of an option that may be repeated.
  [[nodiscard]] const std::vector<std::string>& values(const std::string& option) const;
  /// The words given for a positional, none or more.
  [[nodiscard]] const std::vector<std::string>& words(const std::string& positional) const;
  /// The word of a required positional.
  [[nodiscard]] const std::string& word(const std::string& positional) const;
  /// The word of an optional positional, or "".
  [[nodiscard]] std::string word_or_empty(const std::string& positional) const;

 private:
  friend class Parser;
  std::map<std::string, std::vector<std::string>> options_;  // each declared name has an entry
  std::map<std::string, std::vector<std::string>> positionals_;
};

/// A whole line, read.
struct CommandLine {
  const Command* command = nullptr;  ///< none: only options for all were given
  Arguments arguments;               ///< the command's own, and those for all
};

/// Reads a line (without the program's name). Options in `globals` may stand anywhere. With `--help` or `--version`
/// nothing is required; the words of a command that is not built yet are not looked at.
/// Errors: usage (with a suggestion), unsupported (an option that is not built yet).
[[nodiscard]] Result<CommandLine> parse_command_line(const std::vector<std::string>& words,
                                                     const std::vector<Option>& globals,
                                                     const std::vector<Command>& commands);

/// "leanlab run <lab> [options]".
[[nodiscard]] std::string synopsis(const Command& command);

}  // namespace leanlab::cli

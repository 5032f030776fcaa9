// Command: what a command is to the parser, to help, to the man pages and to completions. One struct serves all.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace leanlab::cli {

class Arguments;
struct Context;

/// What a word of the command line stands for: how it is checked, and how a shell completes it.
enum class Kind {
  flag,     ///< an option without a value
  text,     ///< anything
  count,    ///< a whole number from 0
  number,   ///< a finite number
  choice,   ///< one of `choices`
  path,     ///< a file
  folder,   ///< a folder
  lab,      ///< a lab's name or path
  id,       ///< an experiment `<lab>/<n>`, a task's slug, a session
  command,  ///< a command of ours
};

/// Contract first: what it promises and this build does not have is known, and says so when used.
enum class Built { yes, not_yet };
enum class Times { once, many };

/// One option. Its text for people stands in the command's page, as `- `--name VALUE`: text`.
struct Option {
  std::string name;  ///< "--n"
  Kind kind = Kind::flag;
  std::string value{};  ///< "N", as shown; empty for a flag
  char letter = 0;      ///< 'q' for "-q"; 0: none
  std::vector<std::string> choices{};
  Times times = Times::once;
  Built built = Built::yes;
  bool value_optional = false;  ///< `--json` and `--json=lines`: a value only behind "="
};

/// A word that is not an option.
struct Positional {
  std::string name;  ///< "lab", shown as <lab>
  Kind kind = Kind::text;
  enum class Needed { required, optional, one_or_more, any } needed = Needed::required;
  std::vector<std::string> choices{};
};

/// What the command watches: signals end it through its Interrupt, or by their default action.
enum class Signals { by_default, interrupt };

/// One command, made by a function in its own file and listed in commands.cc.
struct Command {
  std::string name;
  std::vector<Positional> positionals{};
  std::vector<Option> options{};
  Signals signals = Signals::by_default;
  /// Does the work. Returns the exit code, or an Error that main shows. Empty: not built yet.
  Result<int> (*run)(Context& context, const Arguments& arguments) = nullptr;
  std::string summary{};  ///< only where there is no page yet
};

}  // namespace leanlab::cli

// Context: the world of one command: where it runs, how it answers, whom it may ask.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/result.h"
#include "cli/ui/prompt.h"
#include "cli/ui/terminal.h"

namespace leanlab::cli {

/// How a command answers: text for people, one JSON object, or a stream of objects with the summary last.
enum class Output { text, json, json_lines };
enum class Verbosity { quiet, normal, verbose };

struct Context {
  ui::Terminal out;  ///< stdout: data
  ui::Terminal err;  ///< stderr: talk
  Output output = Output::text;
  Verbosity verbosity = Verbosity::normal;
  std::filesystem::path directory;  ///< where the command was started, or `-C`
  std::string state_dir;            ///< `--state-dir` or LEANLAB_STATE_DIR; empty: the project's own
  ui::Person person;                ///< for questions
  Interrupt* interrupt = nullptr;   ///< raised by signals where the command says Signals::interrupt
  const Clock* clock = nullptr;

  [[nodiscard]] bool wants_json() const { return output != Output::text; }
  /// Data, to stdout. A failed write is remembered and ends the program with exit 3.
  void print(std::string_view text);
  /// One object on stdout: indented on a terminal, one line elsewhere and in a stream.
  void print_json(const Json& value);
  /// Talk, to stderr, with a newline added; nothing with --quiet or where stdout is JSON.
  void say(std::string_view text) const;
  /// The first failed write to stdout. A reader that has gone (`| head`) is no failure.
  [[nodiscard]] const Status& printed() const { return printed_; }

 private:
  Status printed_;
  bool reader_gone_ = false;
};

}  // namespace leanlab::cli

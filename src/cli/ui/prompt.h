// Prompts: questions to the person at the terminal. Each has a flag that answers it; without a person it is an error.
#pragma once

#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/result.h"
#include "cli/ui/terminal.h"

namespace leanlab::cli::ui {

/// Whether anybody can answer, and what a question is read from and written to.
struct Person {
  bool may_ask = false;  ///< stdin is a terminal and `--no-input` is not set
  int input = 0;
  Terminal screen;  ///< where questions appear: stderr
  const Interrupt* interrupt = nullptr;
};

enum class Answer { yes, no };

/// "question [y/N] ". An empty answer is `preset`. `flag` names what would have answered.
/// Errors: person_needed (nobody to ask, naming `flag`), interrupted (end of input, a signal).
[[nodiscard]] Result<Answer> ask_yes_no(const Person& person, const std::string& question, Answer preset,
                                        const std::string& flag);
/// Numbered choices; the answer is a number or the beginning of one choice. Returns its index.
[[nodiscard]] Result<std::size_t> ask_choice(const Person& person, const std::string& question,
                                             const std::vector<std::string>& choices, std::size_t preset,
                                             const std::string& flag);
/// One line of text, trimmed; asks again while it is empty.
[[nodiscard]] Result<std::string> ask_text(const Person& person, const std::string& question,
                                           const std::string& flag);

}  // namespace leanlab::cli::ui

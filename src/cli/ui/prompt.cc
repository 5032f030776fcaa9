// Prompts: ask on stderr, read a line from stdin, watch the interrupt.
#include "cli/ui/prompt.h"

#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strings.h"

namespace leanlab::cli::ui {
namespace {

Status can_ask(const Person& person, const std::string& question, const std::string& flag) {
  if (person.may_ask) return {};
  const std::string_view asked(question.data(), question.size() - (question.ends_with(':') ? 1 : 0));
  return fail(
      Error(ErrorCode::person_needed, fmt::format("a person must answer: {}", asked)).then("pass " + flag));
}

/// One line without its newline. The terminal edits the line; we only collect it.
Result<std::string> read_line(const Person& person) {
  std::string line;
  while (true) {
    pollfd watched[2] = {{person.input, POLLIN, 0},
                         {person.interrupt ? person.interrupt->fd() : -1, POLLIN, 0}};
    if (::poll(watched, 2, -1) < 0 && errno != EINTR)
      return fail(errno_error(errno, "cannot wait for an answer"));
    if (person.interrupt) TRY(person.interrupt->check());
    if (!watched[0].revents) continue;
    char c = 0;
    const ssize_t n = ::read(person.input, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(ErrorCode::interrupted, "no answer: the input ended");
    if (c == '\n') return repair_utf8(line);
    line += c;
  }
}

Result<std::string> ask(const Person& person, const std::string& text) {
  TRY(write_all(person.screen.fd, text));
  TRY_ASSIGN(const std::string line, read_line(person));
  return std::string(trim(line));
}

}  // namespace

Result<Answer> ask_yes_no(const Person& person, const std::string& question, Answer preset,
                          const std::string& flag) {
  TRY(can_ask(person, question, flag));
  const Style& style = person.screen.style;
  const std::string text = style.bold(question) + style.dim(preset == Answer::yes ? " [Y/n] " : " [y/N] ");
  while (true) {
    TRY_ASSIGN(const std::string line, ask(person, text));
    const std::string answer = lower_ascii(line);
    if (answer.empty()) return preset;
    if (answer == "y" || answer == "yes") return Answer::yes;
    if (answer == "n" || answer == "no") return Answer::no;
    TRY(write_all(person.screen.fd, "Please answer yes or no.\n"));
  }
}

Result<std::size_t> ask_choice(const Person& person, const std::string& question,
                               const std::vector<std::string>& choices, std::size_t preset,
                               const std::string& flag) {
  TRY(can_ask(person, question, flag));
  const Style& style = person.screen.style;
  std::string text = style.bold(question) + "\n";
  for (std::size_t i = 0; i < choices.size(); ++i)
    text += fmt::format("  {} {}\n", style.cyan(fmt::format("{}", i + 1)), choices[i]);
  text += style.dim(fmt::format("[{}] ", preset + 1));
  while (true) {
    TRY_ASSIGN(const std::string line, ask(person, text));
    if (line.empty()) return preset;
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (line == fmt::format("{}", i + 1)) return i;
      if (lower_ascii(choices[i]).starts_with(lower_ascii(line))) fitting.push_back(i);
    }
    if (fitting.size() == 1) return fitting.front();
    TRY(write_all(person.screen.fd,
                  fmt::format("Please answer with a number from 1 to {}.\n", choices.size())));
  }
}

Result<std::string> ask_text(const Person& person, const std::string& question, const std::string& flag) {
  TRY(can_ask(person, question, flag));
  while (true) {
    TRY_ASSIGN(std::string line, ask(person, person.screen.style.bold(question) + " "));
    if (!line.empty()) return line;
  }
}

}  // namespace leanlab::cli::ui

// Prompts: answers through a pipe, and what happens where nobody can answer.
#include "cli/ui/prompt.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fd.h"

namespace leanlab::cli::ui {
namespace {

class Prompt : public testing::Test {
 protected:
  /// A person who types `lines` and then leaves.
  Person typing(const std::string& lines) {
    pipe_ = std::move(*make_pipe());
    EXPECT_TRUE(write_all(pipe_.write.get(), lines));
    pipe_.write.close();
    null_ = std::move(*open_file("/dev/null", O_WRONLY));
    Person person;
    person.may_ask = true;
    person.input = pipe_.read.get();
    person.screen.fd = null_.get();
    return person;
  }
  Pipe pipe_;
  Fd null_;
};

TEST_F(Prompt, YesNo) {
  EXPECT_EQ(*ask_yes_no(typing("y\n"), "sure?", Answer::no, "--yes"), Answer::yes);
  EXPECT_EQ(*ask_yes_no(typing("No\n"), "sure?", Answer::yes, "--yes"), Answer::no);
  EXPECT_EQ(*ask_yes_no(typing("\n"), "sure?", Answer::yes, "--yes"), Answer::yes);
  EXPECT_EQ(*ask_yes_no(typing("perhaps\nyes\n"), "sure?", Answer::no, "--yes"), Answer::yes);
}

TEST_F(Prompt, Choice) {
  const std::vector<std::string> choices = {"approve", "view", "cancel"};
  EXPECT_EQ(*ask_choice(typing("2\n"), "what?", choices, 0, "--yes"), 1u);
  EXPECT_EQ(*ask_choice(typing("C\n"), "what?", choices, 0, "--yes"), 2u);
  EXPECT_EQ(*ask_choice(typing("\n"), "what?", choices, 0, "--yes"), 0u);
  EXPECT_EQ(*ask_choice(typing("9\nview\n"), "what?", choices, 0, "--yes"), 1u);
}

TEST_F(Prompt, TextIsTrimmedAndNotEmpty) {
  EXPECT_EQ(*ask_text(typing("\n  a kernel \n"), "what?", "--describe"), "a kernel");
}

TEST_F(Prompt, NobodyToAskNamesTheFlag) {
  const auto answer = ask_yes_no(Person{}, "remove digits?", Answer::no, "--confirm digits");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::person_needed);
  EXPECT_THAT(answer.error().next, testing::HasSubstr("--confirm digits"));
}

TEST_F(Prompt, AQuestionThatEndsInAColonIsTold) {
  const auto answer = ask_text(Person{}, "type its name to go on:", "--confirm digits");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "a person must answer: type its name to go on");
}

TEST_F(Prompt, EndOfInputIsAnInterruption) {
  const auto answer = ask_text(typing(""), "what?", "--describe");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::interrupted);
}

TEST_F(Prompt, ASignalEndsTheQuestion) {
  Interrupt interrupt;
  interrupt.raise();
  Person person = typing("y\n");
  person.interrupt = &interrupt;
  const auto answer = ask_yes_no(person, "sure?", Answer::no, "--yes");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace leanlab::cli::ui

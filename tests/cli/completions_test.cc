// Completion scripts: what they offer. That shells accept them is shell_test.py's.
#include "cli/completions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "cli/globals.h"

namespace leanlab::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Completions, OfferWhatIsBuiltAndNothingElse) {
  for (const auto& make : {bash_completions, zsh_completions, fish_completions}) {
    const std::string script = make(commands(), global_options());
    for (const Command& command : commands()) {
      if (!command.run) continue;
      EXPECT_THAT(script, HasSubstr(command.name));
      for (const Option& option : command.options)
        if (option.built == Built::yes) {
          EXPECT_THAT(script, HasSubstr(option.name.substr(2)));
        }
    }
    EXPECT_THAT(script, Not(HasSubstr("gate")));
  }
}

TEST(Completions, TextsAreQuotedForTheirShell) {
  const Command odd = {
      .name = "odd",
      .options = {{.name = "--x", .kind = Kind::choice, .value = "X", .choices = {"p", "q"}}},
      .run = [](Context&, const Arguments&) -> Result<int> { return 0; },
      .summary = "it's a: [test]"};
  EXPECT_THAT(zsh_completions({odd}, {}), HasSubstr("'odd:it'\\''s a\\: [test]'"));
  EXPECT_THAT(fish_completions({odd}, {}), HasSubstr("-a odd -d 'it'\\''s a: [test]'"));
  EXPECT_THAT(bash_completions({odd}, {}),
              HasSubstr("odd:--x) COMPREPLY=($(compgen -W 'p q' -- \"$cur\")); return ;;"));
}

}  // namespace
}  // namespace leanlab::cli

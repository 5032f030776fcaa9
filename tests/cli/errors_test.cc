// How a failure looks to a person and to a program.
#include "cli/errors.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace leanlab::cli {
namespace {

Error example() {
  return Error(ErrorCode::misconfigured, "direction is min or max, not \"upp\"")
      .at("lab.json:3:18\n  \"direction\": \"upp\"\n               ^")
      .then("leanlab check digits")
      .while_doing("locking digits");
}

TEST(Errors, TextSaysWhatWhereWhyAndNext) {
  EXPECT_EQ(error_text(example(), ui::Style(false)),
            "error: direction is min or max, not \"upp\"\n"
            "  while locking digits\n"
            "  lab.json:3:18\n"
            "    \"direction\": \"upp\"\n"
            "                 ^\n"
            "  next: leanlab check digits\n");
}

TEST(Errors, NothingToSayIsNotSaid) {
  EXPECT_EQ(error_text(Error(ErrorCode::io, "no"), ui::Style(false)), "error: no\n");
}

TEST(Errors, EscapeSequencesOfOthersDoNotReachTheTerminal) {
  const std::string text = error_text(Error(ErrorCode::io, "a\x1b[2Jb"), ui::Style(true));
  EXPECT_EQ(text.find("\x1b[2J"), std::string::npos);
}

TEST(Errors, Json) {
  EXPECT_EQ(
      to_line(error_json(example())),
      R"({"error":{"code":"misconfigured","message":"locking digits: direction is min or max, not \"upp\"",)"
      R"("where":"lab.json:3:18\n  \"direction\": \"upp\"\n               ^","next":"leanlab check digits"}})");
  EXPECT_EQ(to_line(error_json(Error(ErrorCode::io, "no"))),
            R"({"error":{"code":"io","message":"no","where":null,"next":null}})");
}

}  // namespace
}  // namespace leanlab::cli

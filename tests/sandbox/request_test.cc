// The helper's request: what is not understood, or not said, refuses the whole.
#include "sandbox/helper/request.h"

#include <gtest/gtest.h>

namespace leanlab::helper {
namespace {

const std::string k_least = "tier=A|role=judge|arg=tool|cwd=/|tmp=/tmp|network=0|fork=1|";

/// Empty when the fields (a bar behind each) are taken, else why not.
std::string refusal(std::string fields) {
  for (char& c : fields) c = c == '|' ? '\0' : c;
  Request request;
  std::string why;
  return parse_request(fields, request, why) ? "" : why;
}

TEST(ParseRequest, takes_what_is_said) {
  EXPECT_EQ(refusal(k_least), "");
  EXPECT_EQ(refusal(k_least + "arg=-x|arg=-x|read=/usr|read=/usr|wall_ms=5|"), "");
}

TEST(ParseRequest, nothing_that_makes_a_sandbox_weaker_is_taken_for_granted) {
  for (const char* field : {"tier=A|", "role=judge|", "cwd=/|", "tmp=/tmp|", "network=0|", "fork=1|"}) {
    std::string fields = k_least;
    fields.erase(fields.find(field), std::string(field).size());
    EXPECT_NE(refusal(fields).find("is missing"), std::string::npos) << field;
  }
  EXPECT_EQ(refusal("tier=A|role=judge|cwd=/|tmp=/tmp|network=0|fork=1|"), "the command is missing");
}

TEST(ParseRequest, what_was_said_is_not_overruled) {
  for (const char* field : {"tier=C|", "role=agent|", "network=1|", "fork=1|", "cwd=/|"})
    EXPECT_NE(refusal(k_least + field).find("stands there twice"), std::string::npos) << field;
  EXPECT_NE(refusal(k_least + "wall_ms=5|wall_ms=0|").find("stands there twice"), std::string::npos);
}

TEST(ParseRequest, refuses_paths_that_lead_elsewhere) {
  for (const char* path : {"", "x", "/..", "/lab/..", "/lab/../x", "//x", "/x//y"})
    EXPECT_NE(refusal(k_least + "write=" + path + "|").find("malformed"), std::string::npos) << path;
  EXPECT_EQ(refusal(k_least + "write=/lab/..x|write=/|"), "");
}

TEST(ParseRequest, refuses_what_it_does_not_know) {
  for (const char* field :
       {"colour=red|", "tier|", "wall_ms=-1|", "wall_ms=|", "network=yes|", "fd=1|", "cut"})
    EXPECT_NE(refusal(k_least + field), "") << field;
}

}  // namespace
}  // namespace leanlab::helper

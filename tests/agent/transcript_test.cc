#include "agent/transcript.h"

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

std::string example() {
  Recorder recorder("claude", Role::worker);
  recorder.prompt("do it");
  recorder.raw(R"({"type":"assistant"})");
  recorder.tool_call("t1", "Bash", R"({"command":"ls"})");
  recorder.tool_result("t1", false, "no such file; key sk-0123456789");
  recorder.text("done");
  Turn turn;
  turn.cost_usd = 0.25;
  turn.tokens = Tokens{.input = 3, .output = 2};
  recorder.end(turn);
  return recorder.take({"sk-0123456789", "short"});
}

TEST(Transcript, EventsComeBackInOrderWithoutSecrets) {
  const auto events = read_transcript(example());
  std::string kinds;
  for (const TranscriptEvent& event : events) kinds += event.kind + " ";
  EXPECT_EQ(kinds, "turn prompt tool_call tool_result text end ");
  EXPECT_EQ(events[0].name, "claude, worker");
  EXPECT_EQ(events[2].name, "Bash");
  EXPECT_FALSE(events[3].ok);
  EXPECT_EQ(events[3].text, "no such file; key [secret]");
  EXPECT_NE(events[5].detail.find("\"cost_usd\":0.25"), std::string::npos) << events[5].detail;
  EXPECT_EQ(raw_stream(example()), "{\"type\":\"assistant\"}\n");
}

TEST(Transcript, PackingIsReversibleAlsoOneBehindAnother) {
  const std::string text = example();
  EXPECT_EQ(*unpack_transcript(pack_transcript(text)), text);
  EXPECT_EQ(*unpack_transcript(pack_transcript(text) + pack_transcript("more\n")), text + "more\n");
  EXPECT_EQ(*unpack_transcript("plain words"), "plain words");
  EXPECT_FALSE(unpack_transcript(pack_transcript(text).substr(0, 40)));
}

TEST(Transcript, WordsOfAProgramAreOneText) {
  const auto events = read_transcript("I did it.\nTruly.");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, "text");
}

}  // namespace
}  // namespace leanlab::agent

// Tests of agent/http/assembly: streams of both dialects, whole answers, and servers that count in their own way.
#include "agent/http/assembly.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace leanlab::agent {
namespace {

Answer answer_of(Assembly& assembly) {
  Answer answer;
  assembly.finish(answer);
  return answer;
}

TEST(Assembly, AMessagesStream) {
  Assembly assembly(Dialect::anthropic);
  EXPECT_FALSE(assembly.began());
  for (
      const char* event :
      {R"({"type":"message_start","message":{"model":"m","usage":{"input_tokens":7,"output_tokens":1,"cache_read_input_tokens":3}}})",
       R"({"type":"ping"})",
       R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"a"}})",
       R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b"}})",
       R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"shell","input":{}}})",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"command\":"}})",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"ls\"}"}})"})
    assembly.event(event);
  EXPECT_FALSE(assembly.ended());
  assembly.event(
      R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}})");
  EXPECT_TRUE(assembly.ended()) << "some servers leave message_stop out";
  const Answer answer = answer_of(assembly);
  EXPECT_EQ(answer.text, "ab");
  ASSERT_EQ(answer.calls.size(), 1U);
  EXPECT_EQ(answer.calls[0].arguments, R"({"command":"ls"})");
  ASSERT_TRUE(answer.tokens);
  EXPECT_EQ(answer.tokens->input, 7U);
  EXPECT_EQ(answer.tokens->output, 9U);
  EXPECT_EQ(answer.tokens->cache_read, 3U);
}

TEST(Assembly, CountsMayComeOnlyAtTheEnd) {
  Assembly assembly(Dialect::anthropic);
  assembly.event(R"({"type":"message_start","message":{"model":"m"}})");
  assembly.event(
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":5,"output_tokens":2}})");
  assembly.event(R"({"type":"message_stop"})");
  const Answer answer = answer_of(assembly);
  ASSERT_TRUE(answer.tokens);
  EXPECT_EQ(answer.tokens->input, 5U);
  EXPECT_EQ(answer.tokens->output, 2U);
}

TEST(Assembly, AChatStreamWithCallsInOnePiece) {
  Assembly assembly(Dialect::openai);
  assembly.event(
      R"({"model":"m","choices":[{"delta":{"tool_calls":[{"id":"1","function":{"name":"shell","arguments":{"command":"ls"}}},{"id":"2","function":{"name":"finish","arguments":"{}"}}]}}]})");
  assembly.event(R"({"choices":[{"delta":{},"finish_reason":"tool_calls"}]})");
  EXPECT_FALSE(assembly.ended()) << "neither counts nor [DONE] have come";
  assembly.event(
      R"({"choices":[],"usage":{"input_tokens":10,"output_tokens":4,"prompt_tokens_details":{"cached_tokens":6}}})");
  EXPECT_TRUE(assembly.ended());
  const Answer answer = answer_of(assembly);
  ASSERT_EQ(answer.calls.size(), 2U);
  EXPECT_EQ(answer.calls[0].arguments, R"({"command":"ls"})");
  EXPECT_EQ(answer.tokens->input, 4U);
  EXPECT_EQ(answer.tokens->cache_read, 6U);
}

TEST(Assembly, WholeAnswersOfBothDialects) {
  Assembly messages(Dialect::anthropic);
  messages.whole(*parse_json(
      R"({"model":"m","content":[{"type":"text","text":"hi"},{"type":"tool_use","id":"t","name":"shell","input":{"command":"ls"}}],
          "stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":1}})"));
  EXPECT_TRUE(messages.ended());
  const Answer first = answer_of(messages);
  EXPECT_EQ(first.text, "hi");
  EXPECT_EQ(first.calls.at(0).arguments, R"({"command":"ls"})");
  Assembly chat(Dialect::openai);
  chat.whole(*parse_json(
      R"({"model":"m","choices":[{"message":{"content":"hi","tool_calls":[{"id":"t","function":{"name":"shell","arguments":"{}"}}]},
          "finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":1}})"));
  EXPECT_TRUE(chat.ended());
  const Answer second = answer_of(chat);
  EXPECT_TRUE(second.cut);
  EXPECT_EQ(second.tokens->output, 1U);
}

TEST(Assembly, WhatIsNoAnswerIsNone) {
  for (const Dialect dialect : {Dialect::anthropic, Dialect::openai}) {
    Assembly assembly(dialect);
    for (const char* odd : {"{}", R"({"content":7})", R"({"choices":[]})", R"({"choices":{}})"})
      assembly.whole(*parse_json(odd));
    EXPECT_FALSE(assembly.ended());
    EXPECT_FALSE(assembly.began());
    assembly.whole(*parse_json(R"({"error":{"type":"overloaded_error","message":"busy"}})"));
    EXPECT_NE(assembly.error().find("busy"), std::string::npos);
    assembly.event("{half");
    assembly.event("[DONE]");
    EXPECT_FALSE(assembly.ended()) << "a malformed event spoils the answer";
  }
}

}  // namespace
}  // namespace leanlab::agent

// Streams of programs that are broken, or mean ill: what they say must not count for more than it can be.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "agent/backends/acp_stream.h"
#include "agent/backends/claude_stream.h"
#include "agent/replies.h"
#include "agent/transcript.h"

namespace leanlab::agent {
namespace {

Turn turn_of(Reader& reader, const std::vector<std::string>& lines) {
  Recorder recorder("agent", Role::worker);
  Progress progress(recorder, {});
  for (const std::string& line : lines) reader.line(line, progress);
  sandbox::Outcome outcome;
  outcome.status.exit_status = 0;
  Turn turn;
  reader.end(outcome, turn);
  return turn;
}

std::string result_of_session(const std::string& session, const std::string& cost) {
  return R"({"type":"result","subtype":"success","result":"done","session_id":")" + session +
         R"(","total_cost_usd":)" + cost + "}";
}

TEST(HostileStream, NoCostGivesABudgetBackOrSwallowsIt) {
  for (const char* cost : {"-5", "1e308", "\"2\"", "null"}) {
    ClaudeReader reader;
    EXPECT_EQ(turn_of(reader, {result_of_session("s", cost)}).cost_usd, std::nullopt) << cost;
  }
  ClaudeReader two;
  EXPECT_EQ(turn_of(two, {result_of_session("a", "0.5"), result_of_session("b", "1e308")}).cost_usd, 0.5);
  Turn turn;
  turn.reply = R"({"usage": {"cost_usd": 1e308, "input": 18446744073709551615, "output": 5}})";
  take_usage(turn);
  EXPECT_EQ(turn.cost_usd, std::nullopt);
  ASSERT_TRUE(turn.tokens);
  EXPECT_EQ(turn.tokens->input, 0u);
  EXPECT_EQ(turn.tokens->output, 5u);
}

TEST(HostileStream, NumbersOutOfRangeAreNone) {
  ClaudeReader reader;
  const Turn turn = turn_of(
      reader,
      {R"({"type":"system","subtype":"api_retry","retry_delay_ms":-1e300,"error_status":1e300,"error":"x"})",
       R"({"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1e14}})",
       R"({"type":"result","subtype":"error","is_error":true,"api_error_status":-1e300,"result":"no"})"});
  EXPECT_EQ(turn.end, TurnEnd::rate_limited);
  EXPECT_EQ(turn.retry_at, std::nullopt);
}

TEST(HostileStream, AnAnswerThatNobodyAskedForIsNone) {
  TurnRequest request;
  request.workspace = "/nonexistent";
  const Environment environment;
  Speaker speaker(Fd(::open("/dev/null", O_WRONLY | O_CLOEXEC)));
  AcpReader reader(speaker, request, {environment, true, "login"});
  const Turn turn = turn_of(reader, {R"({"jsonrpc":"2.0","id":1e300,"result":{}})",
                                     R"({"jsonrpc":"2.0","id":7,"error":{"code":1e300,"message":"no"}})",
                                     R"({"jsonrpc":"2.0","result":{"stopReason":"end_turn"}})"});
  EXPECT_EQ(turn.end, TurnEnd::failed);
  EXPECT_EQ(turn.failure.find("no"), std::string::npos) << turn.failure;
}

TEST(HostileStream, ASecretThatJsonEscapesIsReplacedAllTheSame) {
  const std::string secret = "pass\"word\\123";
  Recorder recorder("agent", Role::worker);
  recorder.text("it is " + secret + ".");
  recorder.raw(Json{{"text", secret}}.dump());
  const std::string transcript = recorder.take({secret});
  EXPECT_EQ(transcript.find("word"), std::string::npos) << transcript;
  EXPECT_EQ(raw_stream(transcript), "{\"text\":\"[secret]\"}\n");
}

TEST(HostileStream, TimesThatCannotBeAreShown) {
  const auto events = read_transcript(
      R"({"at":18446744073709551615,"event":"tool_result","id":"t","ok":true,"seconds":1e300,"text":"x"})");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_NE(show_transcript(events).find("result after"), std::string::npos);
  EXPECT_GE(read_transcript(R"({"at":0,"event":"tool_result","seconds":-1e300})").front().seconds, 0);
}

}  // namespace
}  // namespace leanlab::agent

// Tests of mcp/server: both eras of the protocol, refusals, cancelled and parallel calls.
#include "mcp/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace leanlab::mcp {
namespace {

class Servers : public testing::Test {
 protected:
  static Tool tool(const std::string& name,
                   std::function<Result<ToolResult>(const Json&, const Interrupt&)> call) {
    return {name, "a tool", Json{{"type", "object"}}, true, std::move(call)};
  }
  std::vector<Tool> tools() {
    return {tool("echo", [](const Json& arguments,
                            const Interrupt&) { return ToolResult{{{"got", arguments}}, false}; }),
            tool("fail",
                 [](const Json&, const Interrupt&) -> Result<ToolResult> {
                   return fail(ErrorCode::not_found, "no such lab");
                 }),
            tool("wait",
                 [](const Json&, const Interrupt& interrupt) -> Result<ToolResult> {
                   while (!interrupt.wait_for(std::chrono::milliseconds(10))) {
                   }
                   return fail(ErrorCode::interrupted, "cancelled");
                 }),
            tool("picky", [](const Json&, const Interrupt&) -> Result<ToolResult> {
              return fail(ErrorCode::usage, "\"x\" is missing");
            })};
  }
  std::vector<Json> talk(const std::vector<std::string>& lines) {
    std::vector<Json> answers;
    Server server(tools(), "1.2.3", [&](std::string_view line) {
      EXPECT_EQ(line.find('\n'), std::string_view::npos);
      answers.push_back(*parse_json(line));
    });
    for (const std::string& line : lines) server.take(line);
    server.finish();
    return answers;
  }
};

TEST_F(Servers, ShakesHands) {
  const auto known = talk(
      {R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}})",
       R"({"jsonrpc":"2.0","method":"notifications/initialized"})"});
  ASSERT_EQ(known.size(), 1u);
  EXPECT_EQ(known[0]["result"]["protocolVersion"], "2025-06-18");
  EXPECT_EQ(known[0]["result"]["serverInfo"]["version"], "1.2.3");
  EXPECT_TRUE(known[0]["result"]["capabilities"].contains("tools"));
  EXPECT_FALSE(known[0]["result"].contains("resultType"));
  const auto newer =
      talk({R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2099-01-01"}})"});
  EXPECT_EQ(newer[0]["result"]["protocolVersion"], "2025-11-25");
}

TEST_F(Servers, AnswersStatelessRequests) {
  const std::string meta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"})";
  const auto answers = talk(
      {R"({"jsonrpc":"2.0","id":"a","method":"server/discover","params":{)" + meta + "}}",
       R"({"jsonrpc":"2.0","id":"b","method":"tools/call","params":{"name":"echo","arguments":{"x":1},)" +
           meta + "}}"});
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0]["result"]["supportedVersions"][0], "2026-07-28");
  EXPECT_EQ(answers[1]["result"]["resultType"], "complete");
  EXPECT_EQ(answers[1]["result"]["structuredContent"]["got"]["x"], 1);
}

TEST_F(Servers, CallsTools) {
  const auto answers = talk({R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"fail"}})"});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0]["result"]["isError"], true);
  EXPECT_EQ(answers[0]["result"]["content"][0]["type"], "text");
  EXPECT_EQ(answers[0]["result"]["structuredContent"]["error"]["code"], "not_found");
  const auto picky = talk({R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"picky"}})"});
  EXPECT_EQ(picky[0]["error"]["code"], -32602);
  const auto list = talk({R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"});
  EXPECT_EQ(list[0]["result"]["tools"].size(), 4u);
}

TEST_F(Servers, ACancelledCallEndsWithoutAnAnswer) {
  const auto answers =
      talk({R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"wait"}})",
            R"({"jsonrpc":"2.0","id":8,"method":"ping"})",
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})"});
  ASSERT_EQ(answers.size(), 1u) << "a long call holds nothing up, and a cancelled one is silent";
  EXPECT_EQ(answers[0]["id"], 8);
}

TEST_F(Servers, RefusesNonsense) {
  for (const auto& [line, code] :
       {std::pair{"{", -32700},
        {"[1]", -32600},
        {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", -32600},
        {R"({"jsonrpc":"2.0","id":1})", -32600},
        {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", -32600},
        {R"({"jsonrpc":"2.0","id":1,"method":"nothing"})", -32601},
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"none"}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":[]}})",
         -32602}}) {
    const auto answers = talk({line});
    ASSERT_EQ(answers.size(), 1u) << line;
    EXPECT_EQ(answers[0]["error"]["code"], code) << line;
  }
  EXPECT_TRUE(talk({"", "   ", R"({"jsonrpc":"2.0","id":1,"result":{}})"}).empty());
}

}  // namespace
}  // namespace leanlab::mcp

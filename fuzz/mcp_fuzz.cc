// Fuzzes the server of the Model Context Protocol: each line of a client has at most one answer, with its id, and each answer is
// one line. An input is a line a message.
#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "checks.h"
#include "mcp/server.h"
#include "target.h"

namespace leanlab::mcp {
namespace {

std::vector<Tool> tools_for_fuzzing() {
  const auto echo = [](const Json& arguments, const Interrupt&) -> Result<ToolResult> {
    if (arguments.contains("fail")) return fail(ErrorCode::usage, "asked to fail");
    return ToolResult{Json{{"arguments", arguments}}, false};
  };
  return {{"echo", "Gives back its arguments.", Json{{"type", "object"}}, true, echo}};
}

std::vector<Json> answers_to(std::string_view line) {
  std::vector<Json> answers;
  Server server(tools_for_fuzzing(), "0", [&](std::string_view answer) {
    INVARIANT(answer.find('\n') == std::string_view::npos);
    auto value = parse_json(answer);
    INVARIANT(value && value->is_object());
    answers.push_back(std::move(*value));
  });
  server.take(line);
  server.finish();
  return answers;
}

void check_answers(std::string_view line) {
  const std::vector<Json> answers = answers_to(line);
  INVARIANT(answers.size() <= 1);
  const auto asked = parse_json(trim(line));
  if (answers.empty()) return;
  const Json& answer = answers.front();
  INVARIANT(text_of(answer, "jsonrpc") == "2.0" && answer.contains("id"));
  INVARIANT(answer.contains("result") != answer.contains("error"));
  const Json& id = answer["id"];
  INVARIANT(id.is_null() || (asked && to_line((*asked)["id"]) == to_line(id)));
  if (answer.contains("error")) INVARIANT(fuzz::is_shown(text_of(answer["error"], "message")));
}

}  // namespace
}  // namespace leanlab::mcp

FUZZ_TARGET(mcp) {
  for (const std::string_view line : leanlab::split_lines(input)) leanlab::mcp::check_answers(line);
}

// The tools are fixed: a shell, and `finish` for a structured end.
#include "agent/http/model.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/backends/parts.h"
#include "agent/ends.h"
#include "agent/http/assembly.h"
#include "agent/http/client.h"
#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr int k_most_tokens = 16'384;
constexpr std::size_t k_most_whole_bytes = 16u << 20;  // of an answer that is no stream

Json parameters(const char* name, const char* description) {
  return Json{{"type", "object"},
              {"properties", Json{{name, Json{{"type", "string"}, {"description", description}}}}},
              {"required", Json::array({name})}};
}

struct Tool {
  const char* name;
  const char* description;
  Json parameters;
};
const std::vector<Tool>& tools() {
  static const std::vector<Tool> table = {
      {"shell", "Runs a command with sh in the working folder and returns its output and exit status.",
       parameters("command", "the command")},
      {"finish", "Ends your turn.", parameters("report", "what you were asked to end with, word for word")},
  };
  return table;
}

Json anthropic_messages(const std::vector<Message>& messages) {
  Json list = Json::array();
  for (const Message& message : messages) {
    Json content = Json::array();
    if (message.from == Message::From::tool) {
      content.push_back(
          Json{{"type", "tool_result"}, {"tool_use_id", message.call_id}, {"content", message.text}});
    } else if (!message.text.empty()) {
      content.push_back(Json{{"type", "text"}, {"text", message.text}});
    }
    for (const ToolCall& call : message.calls) {
      const auto input = parse_json(call.arguments);
      content.push_back(Json{{"type", "tool_use"},
                             {"id", call.id},
                             {"name", call.name},
                             {"input", input && input->is_object() ? *input : Json::object()}});
    }
    const char* role = message.from == Message::From::model ? "assistant" : "user";
    // The results of one answer's calls belong into one message.
    if (!list.empty() && message.from == Message::From::tool && list.back()["role"] == "user") {
      list.back()["content"].push_back(content.front());
    } else {
      list.push_back(Json{{"role", role}, {"content", std::move(content)}});
    }
  }
  return list;
}

Json openai_messages(const std::string& system, const std::vector<Message>& messages) {
  Json list = Json::array({Json{{"role", "system"}, {"content", system}}});
  for (const Message& message : messages) {
    if (message.from == Message::From::tool) {
      list.push_back(Json{{"role", "tool"}, {"tool_call_id", message.call_id}, {"content", message.text}});
      continue;
    }
    Json entry{{"role", message.from == Message::From::model ? "assistant" : "user"},
               {"content", message.text}};
    for (const ToolCall& call : message.calls) {
      entry["tool_calls"].push_back(
          Json{{"id", call.id},
               {"type", "function"},
               {"function", Json{{"name", call.name}, {"arguments", call.arguments}}}});
    }
    list.push_back(std::move(entry));
  }
  return list;
}

HttpPost request_of(const Endpoint& endpoint, const std::string& system, const std::vector<Message>& messages,
                    Tools offered) {
  HttpPost request;
  Json body{{"model", endpoint.model}, {"stream", true}};
  Json list = Json::array();
  if (endpoint.dialect == Dialect::anthropic) {
    request.url = endpoint.base + "/v1/messages";
    request.headers = {"anthropic-version: 2023-06-01", "x-api-key: " + endpoint.key};
    body["max_tokens"] = endpoint.max_tokens.value_or(k_most_tokens);
    body["system"] = system;
    body["messages"] = anthropic_messages(messages);
    for (const Tool& tool : tools())
      list.push_back(
          Json{{"name", tool.name}, {"description", tool.description}, {"input_schema", tool.parameters}});
  } else {
    request.url = endpoint.base + "/chat/completions";
    if (!endpoint.key.empty()) request.headers = {"authorization: Bearer " + endpoint.key};
    if (endpoint.max_tokens) body["max_tokens"] = *endpoint.max_tokens;
    body["stream_options"] = Json{{"include_usage", true}};
    body["messages"] = openai_messages(system, messages);
    for (const Tool& tool : tools())
      list.push_back(Json{
          {"type", "function"},
          {"function",
           Json{{"name", tool.name}, {"description", tool.description}, {"parameters", tool.parameters}}}});
  }
  if (offered == Tools::offered) body["tools"] = std::move(list);
  if (endpoint.temperature) body["temperature"] = *endpoint.temperature;
  request.silence = endpoint.silence;
  request.limit = endpoint.limit;
  request.body = to_line(body);
  return request;
}

/// What an HTTP error means.
void take_error(const HttpAnswer& http, const std::string& body, Answer& answer) {
  const auto value = parse_json(body);
  std::string message = value ? text_at(part(*value, "error"), "message") : std::string();
  const std::string kind =
      value ? text_at(part(*value, "error"), "type") + " " + text_at(part(*value, "error"), "code")
            : std::string();
  if (message.empty()) message = clip(printable(trim(body)), 200);
  answer.end = end_of(http.status, message + " " + kind);
  answer.problem = fmt::format("HTTP {}: {}", http.status, message);
  answer.again = http.status >= 500 || http.status == 429;
  answer.refuses_tools = http.status >= 400 && http.status < 500 && message.find("tool") != std::string::npos;
  if (const auto wait = retry_after(http)) answer.retry_at = system_clock().now() + *wait;
}

}  // namespace

Result<Answer> ask_model(const Endpoint& endpoint, const std::string& system,
                         const std::vector<Message>& messages, Tools tools_offered,
                         const Interrupt& interrupt) {
  Assembly assembly(endpoint.dialect);
  SseReader events;
  std::string beginning;
  TRY_ASSIGN(const HttpAnswer http, post(
                                        request_of(endpoint, system, messages, tools_offered),
                                        [&](std::string_view piece) {
                                          if (beginning.size() < k_most_whole_bytes && !assembly.began())
                                            beginning.append(piece);
                                          events.add(piece,
                                                     [&](std::string_view data) { assembly.event(data); });
                                        },
                                        interrupt));
  // Some servers answer at once, though they were asked for a stream.
  if (http.status == 200 && !assembly.began()) {
    if (const auto whole = parse_json(beginning, "answer"); whole && whole->is_object())
      assembly.whole(*whole);
  }
  Answer answer;
  assembly.finish(answer);
  if (http.expired) {
    answer.end = TurnEnd::failed;
    answer.problem = http.trouble;
  } else if (http.status == 0) {
    answer.end = TurnEnd::overloaded;
    answer.again = true;
    answer.problem = fmt::format("{} cannot be reached: {}", endpoint.base, http.trouble);
  } else if (http.status >= 400) {
    take_error(http, beginning, answer);
  } else if (!assembly.error().empty()) {
    answer.end = end_of(0, assembly.error());
    answer.problem = assembly.error();
    answer.again = answer.end == TurnEnd::overloaded;
  } else if (!assembly.ended() || !http.trouble.empty()) {
    answer.end = TurnEnd::failed;
    answer.again = true;
    answer.problem = assembly.began()
                         ? "the answer's stream was cut"
                         : "the answer is no stream of events: " + clip(printable(trim(beginning)), 120);
    if (!http.trouble.empty()) answer.problem += ": " + http.trouble;
  } else if (assembly.stop() == "refusal" || assembly.stop() == "content_filter") {
    answer.end = TurnEnd::failed;
    answer.problem = "the model refused: " + clip(printable(trim(answer.text)), 200);
  }
  return answer;
}

}  // namespace leanlab::agent

// The tools are fixed: a shell, and `finish` for a structured end.
#include "agent/http/model.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include <nlohmann/json.hpp>

#include "agent/backends/parts.h"
#include "agent/ends.h"
#include "agent/http/client.h"
#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr int k_most_tokens = 16'384;
constexpr std::size_t k_most_error_bytes = 64u << 10;

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
    body["max_tokens"] = k_most_tokens;
    body["system"] = system;
    body["messages"] = anthropic_messages(messages);
    for (const Tool& tool : tools())
      list.push_back(
          Json{{"name", tool.name}, {"description", tool.description}, {"input_schema", tool.parameters}});
  } else {
    request.url = endpoint.base + "/chat/completions";
    if (!endpoint.key.empty()) request.headers = {"authorization: Bearer " + endpoint.key};
    body["stream_options"] = Json{{"include_usage", true}};
    body["messages"] = openai_messages(system, messages);
    for (const Tool& tool : tools())
      list.push_back(Json{
          {"type", "function"},
          {"function",
           Json{{"name", tool.name}, {"description", tool.description}, {"parameters", tool.parameters}}}});
  }
  if (offered == Tools::offered) body["tools"] = std::move(list);
  request.body = to_line(body);
  return request;
}

/// Puts the answer together from the events of a stream.
class Assembly {
 public:
  explicit Assembly(Dialect dialect) : dialect_(dialect) {}
  void event(std::string_view data) {
    if (data == "[DONE]") {
      ended_ = true;
      return;
    }
    const auto value = parse_json(data, "event");
    if (!value || !value->is_object()) {
      ++malformed_;
      return;
    }
    if (dialect_ == Dialect::anthropic)
      anthropic(*value);
    else
      openai(*value);
  }
  void finish(Answer& answer);
  [[nodiscard]] bool ended() const { return ended_ && malformed_ == 0; }
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] const std::string& stop() const { return stop_; }

 private:
  void anthropic(const Json& event);
  void openai(const Json& event);

  Dialect dialect_;
  std::string text_, stop_, error_, model_;
  std::map<std::uint64_t, ToolCall> calls_;
  std::optional<Tokens> tokens_;
  bool ended_ = false;
  int malformed_ = 0;
};

void Assembly::anthropic(const Json& event) {
  const std::string type = text_at(event, "type");
  const std::uint64_t index = count_at(event, "index");
  if (type == "message_start") {
    const Json& message = part(event, "message");
    const Json& usage = part(message, "usage");
    model_ = text_at(message, "model");
    tokens_ =
        Tokens{count_at(usage, "input_tokens"), count_at(usage, "output_tokens"),
               count_at(usage, "cache_read_input_tokens"), count_at(usage, "cache_creation_input_tokens")};
  } else if (type == "content_block_start") {
    const Json& block = part(event, "content_block");
    if (text_at(block, "type") == "tool_use")
      calls_[index] = {text_at(block, "id"), text_at(block, "name"), ""};
  } else if (type == "content_block_delta") {
    const Json& delta = part(event, "delta");
    text_ += text_at(delta, "text");
    if (const auto call = calls_.find(index); call != calls_.end())
      call->second.arguments += text_at(delta, "partial_json");
  } else if (type == "message_delta") {
    stop_ = text_at(part(event, "delta"), "stop_reason");
    if (tokens_) tokens_->output = std::max(tokens_->output, count_at(part(event, "usage"), "output_tokens"));
  } else if (type == "message_stop") {
    ended_ = true;
  } else if (type == "error") {
    error_ = text_at(part(event, "error"), "type") + ": " + text_at(part(event, "error"), "message");
  }
}

void Assembly::openai(const Json& event) {
  if (const std::string model = text_at(event, "model"); !model.empty()) model_ = model;
  if (const Json& error = part(event, "error"); !error.is_null()) error_ = text_at(error, "message");
  if (const Json& usage = part(event, "usage"); usage.is_object()) {
    const std::uint64_t cached = count_at(part(usage, "prompt_tokens_details"), "cached_tokens");
    const std::uint64_t input = count_at(usage, "prompt_tokens");
    tokens_ = Tokens{input - std::min(cached, input), count_at(usage, "completion_tokens"), cached, 0};
  }
  const Json& choices = part(event, "choices");
  if (!choices.is_array() || choices.empty()) return;
  const Json& delta = part(choices.front(), "delta");
  text_ += text_at(delta, "content");
  if (const std::string stop = text_at(choices.front(), "finish_reason"); !stop.empty()) stop_ = stop;
  const Json& calls = part(delta, "tool_calls");
  if (!calls.is_array()) return;
  for (const Json& piece : calls) {
    ToolCall& call = calls_[count_at(piece, "index")];
    if (const std::string id = text_at(piece, "id"); !id.empty()) call.id = id;
    call.name += text_at(part(piece, "function"), "name");
    call.arguments += text_at(part(piece, "function"), "arguments");
  }
}

void Assembly::finish(Answer& answer) {
  answer.text = std::move(text_);
  answer.model = model_;
  answer.tokens = tokens_;
  answer.cut = stop_ == "max_tokens" || stop_ == "length";
  for (auto& [index, call] : calls_) {
    if (call.id.empty()) call.id = fmt::format("call_{}", index);
    answer.calls.push_back(std::move(call));
  }
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
  if (const auto after = http.headers.find("retry-after"); after != http.headers.end()) {
    const double seconds = std::strtod(after->second.c_str(), nullptr);
    if (seconds >= 0 && seconds < 1e7)
      answer.retry_at =
          system_clock().now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  }
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
                                          if (beginning.size() < k_most_error_bytes) beginning.append(piece);
                                          events.add(piece,
                                                     [&](std::string_view data) { assembly.event(data); });
                                        },
                                        interrupt));
  Answer answer;
  assembly.finish(answer);
  if (http.status == 0) {
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
    const bool stream = beginning.find("data:") != std::string::npos;
    answer.end = TurnEnd::failed;
    answer.again = true;
    answer.problem = stream ? "the answer's stream was cut"
                            : "the answer is no stream of events: " + clip(printable(trim(beginning)), 120);
    if (!http.trouble.empty()) answer.problem += ": " + http.trouble;
  } else if (assembly.stop() == "refusal" || assembly.stop() == "content_filter") {
    answer.end = TurnEnd::failed;
    answer.problem = "the model refused: " + clip(printable(trim(answer.text)), 200);
  }
  return answer;
}

}  // namespace leanlab::agent

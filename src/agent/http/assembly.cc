// Both dialects in one place; counts are cumulative in each, so the largest of what is told is the count.
#include "agent/http/assembly.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/backends/parts.h"

namespace leanlab::agent {

void Assembly::event(std::string_view data) {
  began_ = true;
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

bool Assembly::ended() const {
  return malformed_ == 0 && (ended_ || (!stop_.empty() && counted_));
}

void Assembly::count_anthropic(const Json& usage) {
  if (!usage.is_object()) return;
  Tokens tokens = tokens_.value_or(Tokens{});
  const auto take = [&](const char* key, std::uint64_t& count) {
    count = std::max(count, count_at(usage, key));
  };
  take("input_tokens", tokens.input);
  take("output_tokens", tokens.output);
  take("cache_read_input_tokens", tokens.cache_read);
  take("cache_creation_input_tokens", tokens.cache_write);
  tokens_ = tokens;
}

void Assembly::anthropic(const Json& event) {
  const std::string type = text_at(event, "type");
  const std::uint64_t index = count_at(event, "index");
  if (type == "message_start") {
    const Json& message = part(event, "message");
    model_ = text_at(message, "model");
    count_anthropic(part(message, "usage"));
  } else if (type == "content_block_start") {
    const Json& block = part(event, "content_block");
    text_ += text_at(block, "text");
    if (text_at(block, "type") == "tool_use") {
      const Json& input = part(block, "input");
      const bool whole = input.is_object() && !input.empty();
      calls_[index] = {text_at(block, "id"), text_at(block, "name"), whole ? to_line(input) : ""};
    }
  } else if (type == "content_block_delta") {
    const Json& delta = part(event, "delta");
    text_ += text_at(delta, "text");
    if (const auto call = calls_.find(index); call != calls_.end())
      call->second.arguments += text_at(delta, "partial_json");
  } else if (type == "message_delta") {
    if (const std::string stop = text_at(part(event, "delta"), "stop_reason"); !stop.empty()) stop_ = stop;
    const Json& usage = part(event, "usage");
    count_anthropic(usage);
    counted_ = counted_ || usage.is_object();
  } else if (type == "message_stop") {
    ended_ = true;
  } else if (type == "error") {
    error_ = text_at(part(event, "error"), "type") + ": " + text_at(part(event, "error"), "message");
  }
}

void Assembly::count_openai(const Json& usage) {
  if (!usage.is_object()) return;
  const std::uint64_t cached =
      std::max(count_at(part(usage, "prompt_tokens_details"), "cached_tokens"),
               std::max(count_at(usage, "prompt_cache_hit_tokens"), count_at(usage, "cached_tokens")));
  const std::uint64_t input = std::max(count_at(usage, "prompt_tokens"), count_at(usage, "input_tokens"));
  const std::uint64_t output =
      std::max(count_at(usage, "completion_tokens"), count_at(usage, "output_tokens"));
  tokens_ = Tokens{input - std::min(cached, input), output, cached, 0};
  counted_ = true;
}

void Assembly::call_openai(const Json& piece, std::uint64_t place) {
  ToolCall& call = calls_[part(piece, "index").is_number() ? count_at(piece, "index") : place];
  if (const std::string id = text_at(piece, "id"); !id.empty()) call.id = id;
  call.name += text_at(part(piece, "function"), "name");
  const Json& arguments = part(part(piece, "function"), "arguments");
  call.arguments +=
      arguments.is_object() ? to_line(arguments) : text_at(part(piece, "function"), "arguments");
}

void Assembly::openai(const Json& event) {
  if (const std::string model = text_at(event, "model"); !model.empty()) model_ = model;
  if (const Json& error = part(event, "error"); error.is_object()) error_ = text_at(error, "message");
  if (const Json& error = part(event, "error"); error.is_string()) error_ = error.get<std::string>();
  count_openai(part(event, "usage"));
  const Json& choices = part(event, "choices");
  if (!choices.is_array() || choices.empty()) return;
  const Json& choice = choices.front();
  count_openai(part(choice, "usage"));
  const Json& delta = part(choice, "delta");
  text_ += text_of_content(part(delta, "content"));
  if (const std::string stop = text_at(choice, "finish_reason"); !stop.empty()) stop_ = stop;
  const Json& calls = part(delta, "tool_calls");
  if (!calls.is_array()) return;
  std::uint64_t place = 0;
  for (const Json& piece : calls) call_openai(piece, place++);
}

void Assembly::whole(const Json& answer) {
  if (const Json& error = part(answer, "error"); !error.is_null()) {
    error_ = error.is_string() ? error.get<std::string>()
                               : text_at(error, "type") + ": " + text_at(error, "message");
    return;
  }
  std::uint64_t place = 0;
  if (dialect_ == Dialect::anthropic) {
    const Json& content = part(answer, "content");
    if (!content.is_array()) return;
    for (const Json& block : content) {
      text_ += text_at(block, "text");
      if (text_at(block, "type") == "tool_use")
        calls_[place++] = {text_at(block, "id"), text_at(block, "name"), to_line(part(block, "input"))};
    }
    stop_ = text_at(answer, "stop_reason");
    count_anthropic(part(answer, "usage"));
  } else {
    const Json& choices = part(answer, "choices");
    if (!choices.is_array() || choices.empty()) return;
    const Json& message = part(choices.front(), "message");
    text_ += text_of_content(part(message, "content"));
    if (const Json& calls = part(message, "tool_calls"); calls.is_array()) {
      for (const Json& piece : calls) call_openai(piece, place++);
    }
    stop_ = text_at(choices.front(), "finish_reason");
    count_openai(part(answer, "usage"));
  }
  model_ = text_at(answer, "model");
  began_ = ended_ = true;
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

}  // namespace leanlab::agent

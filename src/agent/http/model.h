// Model: one request to a model's API in either of the two common dialects, its answer put together from the stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/json.h"

namespace leanlab::agent {

enum class Dialect { anthropic, openai };

/// Where a model is served.
struct Endpoint {
  Dialect dialect = Dialect::anthropic;
  std::string base;  ///< "https://api.anthropic.com", "http://127.0.0.1:8080/v1"
  std::string key;   ///< may be empty for a server of one's own
  std::string model;
  std::optional<double> temperature;           ///< none: the server's own
  std::optional<std::uint64_t> max_tokens;     ///< of one answer; none: ours, where one must be named
  std::chrono::milliseconds silence{600'000};  ///< of one answer
  std::chrono::milliseconds limit{0};          ///< of one answer; 0: none
};

struct ToolCall {
  std::string id, name;
  std::string arguments;  ///< JSON text as the model wrote it; may be malformed
};

/// A message of the conversation, in no dialect.
struct Message {
  enum class From { person, model, tool } from = From::person;
  std::string text;
  std::vector<ToolCall> calls;  ///< of the model
  std::string call_id;          ///< of the tool's result
};

/// What came of one request.
struct Answer {
  TurnEnd end = TurnEnd::done;
  std::string problem;  ///< unless done
  bool again = false;   ///< it may be asked again at once: nothing of it was used up
  std::optional<UtcTime> retry_at;
  bool refuses_tools = false;  ///< the server does not take tools
  bool cut = false;            ///< at the token limit
  std::string text;
  std::vector<ToolCall> calls;
  std::optional<Tokens> tokens;
  std::string model;
};

enum class Tools { offered, none };

/// Asks. Errors: interrupted, internal.
[[nodiscard]] Result<Answer> ask_model(const Endpoint& endpoint, const std::string& system,
                                       const std::vector<Message>& messages, Tools tools,
                                       const Interrupt& interrupt);

}  // namespace leanlab::agent

// `total_cost_usd` and `modelUsage` count from the start of the process, resumed or not: the last result holds all.
#include "agent/backends/claude_stream.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/backends/parts.h"
#include "agent/ends.h"
#include "agent/replies.h"
#include "base/strings.h"

namespace leanlab::agent {
namespace {

/// A retry that it would wait longer for than this is a pause of ours, which is seen and counted.
constexpr double k_longest_retry_ms = 20'000;
constexpr double k_longest_delay_ms = 1e10;  // that is believed
/// The years 2020 to 2100: another moment is none.
constexpr std::uint64_t k_first_s = 1'577'836'800, k_last_s = 4'102'444'800;

Tokens tokens_of_usage(const Json& usage) {
  return {count_at(usage, "input_tokens"), count_at(usage, "output_tokens"),
          count_at(usage, "cache_read_input_tokens"), count_at(usage, "cache_creation_input_tokens")};
}

}  // namespace

void ClaudeReader::line(std::string_view line, Progress& progress) {
  const auto value = trim(line).starts_with('{') ? parse_json(line, "stream") : Result<Json>(Json());
  if (value && value->is_object() && part(*value, "type").is_string()) return event(*value, progress);
  if (plain_.size() < (4u << 20)) plain_ += std::string(line) + '\n';
}

void ClaudeReader::event(const Json& event, Progress& progress) {
  const std::string type = text_at(event, "type");
  if (const std::string session = text_at(event, "session_id"); !session.empty()) session_ = session;
  if (type == "system") {
    streamed_ = true;
    if (text_at(event, "subtype") == "init") {
      model_ = text_at(event, "model");
      if (result_) progress.goes_on();
      close_process();
    }
    if (text_at(event, "subtype") == "api_retry") retry(event, progress);
  } else if (type == "rate_limit_event") {
    limit(event, progress);
  } else if (type == "assistant") {
    streamed_ = true;
    assistant(event, progress);
  } else if (type == "user") {
    user(event, progress);
  } else if (type == "control_request") {
    // Nobody is there to answer, and it would wait for ever.
    progress.abandon(TurnEnd::failed, "it asked for a permission that nobody can give: " +
                                          text_at(part(event, "request"), "tool_name"));
  } else if (type == "result") {
    result(event);
    progress.finished();
  }
}

void ClaudeReader::assistant(const Json& event, Progress& progress) {
  const Json& message = part(event, "message");
  if (const std::string error = text_at(event, "error"); !error.empty()) error_kind_ = error;
  if (text_at(message, "model") != "<synthetic>") {
    Tokens& seen = messages_[text_at(message, "id")];
    const Tokens now = tokens_of_usage(part(message, "usage"));
    seen = {std::max(seen.input, now.input), std::max(seen.output, now.output),
            std::max(seen.cache_read, now.cache_read), std::max(seen.cache_write, now.cache_write)};
  }
  const Json& content = part(message, "content");
  if (!content.is_array()) return;
  for (const Json& block : content) {
    const std::string kind = text_at(block, "type");
    if (kind == "text") {
      last_text_ = text_at(block, "text");
      progress.said(last_text_);
    } else if (kind == "thinking") {
      progress.thought(text_at(block, "thinking"));
    } else if (kind == "tool_use") {
      progress.tool_started(text_at(block, "id"), text_at(block, "name"), to_line(part(block, "input")));
    }
  }
}

void ClaudeReader::user(const Json& event, Progress& progress) {
  const Json& content = part(part(event, "message"), "content");
  if (!content.is_array()) return;
  for (const Json& block : content) {
    if (text_at(block, "type") != "tool_result") continue;
    progress.tool_ended(text_at(block, "tool_use_id"), !is_true(block, "is_error"),
                        text_of_content(part(block, "content")));
  }
}

void ClaudeReader::retry(const Json& event, Progress& progress) {
  const double delay = std::clamp(number_at(event, "retry_delay_ms"), 0.0, k_longest_delay_ms);
  const int status = whole_at(event, "error_status");
  const std::string error = text_at(event, "error");
  progress.noticed(fmt::format("it tries again in {:.1f} s: {} {}", delay / 1000, status, error));
  const TurnEnd end = end_of(status, error);
  if (!is_parked(end)) return;
  resets_at_ = system_clock().now() + std::chrono::milliseconds(static_cast<std::int64_t>(delay));
  if (delay > k_longest_retry_ms) progress.abandon(end, error, resets_at_);
}

void ClaudeReader::limit(const Json& event, Progress& progress) {
  const Json& info = part(event, "rate_limit_info");
  const std::string status = text_at(info, "status");
  if (status == "allowed_warning") progress.noticed("its rate limit is near");
  if (status != "rejected") return;
  rejected_ = true;
  const std::uint64_t at = count_at(info, "resetsAt");
  const std::uint64_t seconds = at > 100'000'000'000 ? at / 1000 : at;
  if (seconds >= k_first_s && seconds <= k_last_s) resets_at_ = UtcTime(std::chrono::seconds(seconds));
}

/// Counts start anew with each process; within one, the latest are all.
void ClaudeReader::close_process() {
  if (!result_) return;
  Turn before;
  usage(before);
  if (before.cost_usd) earlier_.cost_usd = earlier_.cost_usd.value_or(0) + *before.cost_usd;
  if (before.tokens) {
    Tokens sum = earlier_.tokens.value_or(Tokens{});
    add(sum, *before.tokens);
    earlier_.tokens = sum;
  }
  result_.reset();
  messages_.clear();
}

void ClaudeReader::result(const Json& event) {
  if (result_ && text_at(*result_, "session_id") != text_at(event, "session_id")) close_process();
  result_ = std::make_shared<const Json>(event);
  for (const Json& error : part(event, "errors")) {
    if (error.is_string() && error.get<std::string>().find("No conversation found") != std::string::npos)
      lost_session_ = true;
  }
}

void ClaudeReader::usage(Turn& turn) const {
  if (!result_) {  // a cut stream: at least this was used; its cost is unknown
    Tokens sum;
    for (const auto& [id, tokens] : messages_) add(sum, tokens);
    if (!messages_.empty()) turn.tokens = sum;
    return;
  }
  turn.cost_usd = cost_at(*result_, "total_cost_usd");
  const Json& models = part(*result_, "modelUsage");
  if (models.is_object() && !models.empty()) {
    Tokens sum;
    for (const auto& [model, use] : models.items()) {
      add(sum, {count_at(use, "inputTokens"), count_at(use, "outputTokens"),
                count_at(use, "cacheReadInputTokens"), count_at(use, "cacheCreationInputTokens")});
      if (models.size() == 1) turn.model = model;
    }
    turn.tokens = sum;
  } else if (const Json& usage = part(*result_, "usage"); usage.is_object()) {
    turn.tokens = tokens_of_usage(usage);
  }
}

void ClaudeReader::failed(const sandbox::Outcome& outcome, Turn& turn) const {
  const Json& errors = result_ ? part(*result_, "errors") : Json();
  std::string message = result_ ? text_of_content(part(*result_, "result")) : std::string();
  if (message.empty() && errors.is_array() && !errors.empty() && errors.front().is_string())
    message = errors.front().get<std::string>();
  const std::string subtype = result_ ? text_at(*result_, "subtype") : std::string();
  if (message.empty() && outcome.err.empty() && subtype != "success") message = subtype;
  if (message.empty()) message = !outcome.err.empty() ? outcome.err : plain_;
  const int status = result_ ? whole_at(*result_, "api_error_status") : 0;
  TurnEnd end = rejected_ ? TurnEnd::rate_limited : end_of(status, message + " " + error_kind_);
  turn.retry_at = resets_at_;
  set_end(turn, end, "claude", message.empty() ? outcome.status.describe() : message, k_claude_login);
}

void ClaudeReader::end(const sandbox::Outcome& outcome, Turn& turn) {
  if (!result_ && !streamed_) plain_end(outcome, turn);
  if (!session_.empty()) turn.session = session_;
  if (!model_.empty()) turn.model = model_;
  usage(turn);
  if (earlier_.cost_usd) turn.cost_usd = turn.cost_usd.value_or(0) + *earlier_.cost_usd;
  if (earlier_.tokens) {
    Tokens sum = turn.tokens.value_or(Tokens{});
    add(sum, *earlier_.tokens);
    turn.tokens = sum;
  }
  if (!result_) {
    if (!streamed_) return;
    turn.reply = last_text_;
    turn.end = TurnEnd::failed;
    turn.failure = "claude's stream was cut: it ended without its result";
    if (outcome.end != sandbox::End::exited || !outcome.status.ok())
      turn.failure += fmt::format(" ({})", outcome.status.describe());
    if (rejected_) set_end(turn, TurnEnd::rate_limited, "claude", "", k_claude_login);
    turn.retry_at = resets_at_;
    return;
  }
  const Json& answer = part(*result_, "result");
  turn.reply = answer.is_string() ? answer.get<std::string>()
               : answer.is_null() ? last_text_
                                  : to_line(answer);
  if (turn.reply.empty()) turn.reply = last_text_;
  const bool success = text_at(*result_, "subtype") == "success" || !result_->contains("subtype");
  const auto disguised = limit_in_disguise(turn.reply);
  if (is_true(*result_, "is_error") || !success || disguised || text_at(*result_, "stop_reason") == "refusal")
    return failed(outcome, turn);
}

/// A wrapper that prints one JSON value, or only words.
void ClaudeReader::plain_end(const sandbox::Outcome& outcome, Turn& turn) {
  const auto value = parse_json(trim(plain_), "reply");
  if (value && value->is_array()) {  // all events as one array
    for (const Json& event : *value) {
      if (const std::string session = text_at(event, "session_id"); !session.empty()) session_ = session;
      if (text_at(event, "type") == "result") result(event);
    }
    if (result_) return;
  }
  if (value && value->is_object()) {
    if (text_at(*value, "type") == "result") return result(*value);
    if (value->contains("session_id")) session_ = text_at(*value, "session_id");
    for (const char* key : {"result", "response", "output", "text", "content"}) {
      if (const Json& inner = part(*value, key); inner.is_string()) turn.reply = inner.get<std::string>();
    }
  }
  if (!value) {  // its words around the object
    constexpr std::string_view k_result[] = {"type", "result"};
    const auto inner = find_reply(plain_, k_result);
    if (inner && text_at(*inner, "type") == "result") return result(*inner);
  }
  if (turn.reply.empty()) turn.reply = std::string(trim(plain_));
  // Without a word: what it made is looked for all the same.
  const bool ok = outcome.end == sandbox::End::exited && outcome.status.ok();
  if (ok && !limit_in_disguise(turn.reply.empty() ? outcome.err : turn.reply)) return;
  const std::string said = !trim(outcome.err).empty() ? outcome.err : turn.reply;
  const TurnEnd end = end_of(0, said);
  set_end(turn, end, "claude", outcome.status.describe() + (said.empty() ? " without a word" : ": " + said),
          k_claude_login);
}

}  // namespace leanlab::agent

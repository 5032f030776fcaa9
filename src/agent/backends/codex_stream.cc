// A reply counts when its turn was completed; whatever else it came to is told from its errors and its exit status.
#include "agent/backends/codex_stream.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/backends/parts.h"
#include "agent/ends.h"
#include "base/strings.h"

namespace leanlab::agent {

void CodexReader::line(std::string_view line, Progress& progress) {
  const auto event = trim(line).starts_with('{') ? parse_json(line, "stream") : Result<Json>(Json());
  const std::string type = event ? text_at(*event, "type") : std::string();
  if (type == "thread.started") {
    session_ = text_at(*event, "thread_id");
  } else if (type.starts_with("item.")) {
    item(type, part(*event, "item"), progress);
  } else if (type == "turn.completed") {
    const Json& usage = part(*event, "usage");
    const std::uint64_t cached = count_at(usage, "cached_input_tokens");
    const std::uint64_t input = count_at(usage, "input_tokens");
    total_ = Tokens{input - std::min(cached, input), count_at(usage, "output_tokens"), cached,
                    count_at(usage, "cache_write_input_tokens")};
    completed_ = true;
    progress.finished();
  } else if (type == "turn.failed") {
    error_ = text_at(part(*event, "error"), "message");
    failed_ = true;
    progress.finished();
  } else if (type == "error") {
    error_ = text_at(*event, "message");
    progress.noticed(error_);
  } else if (type.empty() && plain_.size() < (1u << 20)) {
    plain_ += std::string(line) + '\n';
  }
}

void CodexReader::item(const std::string& type, const Json& item, Progress& progress) {
  const std::string kind = text_at(item, "type");
  const std::string id = text_at(item, "id");
  const bool completed = type == "item.completed";
  if (kind == "agent_message" && completed) {
    reply_ = text_at(item, "text");
    progress.said(reply_);
  } else if (kind == "reasoning" && completed) {
    progress.thought(text_at(item, "text"));
  } else if (kind == "error") {
    progress.noticed(text_at(item, "message"));
  } else if (kind == "command_execution" || kind == "mcp_tool_call" || kind == "web_search" ||
             kind == "file_change") {
    const std::string what = kind == "command_execution" ? text_at(item, "command") : to_line(item);
    if (type == "item.started" || kind == "file_change") progress.tool_started(id, kind, what);
    if (completed) {
      const std::string status = text_at(item, "status");
      progress.tool_ended(id, status != "failed" && number_at(item, "exit_code") == 0,
                          kind == "command_execution" ? text_at(item, "aggregated_output") : status);
    }
  }
}

std::optional<Tokens> CodexReader::used() const {
  if (!total_ || session_ != continued_) return total_;
  const auto since = [](std::uint64_t total, std::uint64_t earlier) {
    return total >= earlier ? total - earlier : total;
  };
  return Tokens{since(total_->input, before_.input), since(total_->output, before_.output),
                since(total_->cache_read, before_.cache_read),
                since(total_->cache_write, before_.cache_write)};
}

void CodexReader::end(const sandbox::Outcome& outcome, Turn& turn) {
  if (!session_.empty()) turn.session = session_;
  turn.tokens = used();
  turn.reply = reply_;
  if (completed_ && !limit_in_disguise(reply_)) return;
  if (completed_) return set_end(turn, *limit_in_disguise(reply_), "codex", reply_, k_codex_login);
  if (failed_) return set_end(turn, end_of(0, error_), "codex", error_, k_codex_login);
  const bool ok = outcome.end == sandbox::End::exited && outcome.status.ok();
  const std::string_view words = trim(plain_);
  if (ok && session_.empty() && error_.empty() &&
      !limit_in_disguise(words.empty() ? outcome.err : words)) {  // a wrapper that prints only words, or none
    turn.reply = std::string(words);
    return;
  }
  std::string said = !error_.empty() ? error_ : !trim(outcome.err).empty() ? outcome.err : plain_;
  if (const std::string_view text = trim(said); text.size() > 600)
    said = std::string(text.substr(text.size() - 600));
  if (!session_.empty() && error_.empty()) said = "its stream was cut: it ended without its result. " + said;
  set_end(turn, end_of(0, said), "codex", outcome.status.describe() + ": " + said, k_codex_login);
}

}  // namespace leanlab::agent

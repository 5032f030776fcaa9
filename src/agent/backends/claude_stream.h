// ClaudeReader: the events of Claude Code's stream, and what the programs that people put in its place print instead.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/agent.h"
#include "agent/supervise.h"
#include "base/json.h"

namespace leanlab::agent {

inline constexpr const char* k_claude_login = "claude, then /login";

/// One turn's stream. Thread: one.
class ClaudeReader : public Reader {
 public:
  void line(std::string_view line, Progress& progress) override;
  void end(const sandbox::Outcome& outcome, Turn& turn) override;
  /// Whether the session that was to be continued is unknown to it.
  [[nodiscard]] bool lost_session() const { return lost_session_; }

 private:
  void event(const Json& event, Progress& progress);
  void assistant(const Json& event, Progress& progress);
  void user(const Json& event, Progress& progress);
  void retry(const Json& event, Progress& progress);
  void limit(const Json& event, Progress& progress);
  void result(const Json& event);
  void close_process();
  void plain_end(const sandbox::Outcome& outcome, Turn& turn);
  void usage(Turn& turn) const;
  void failed(const sandbox::Outcome& outcome, Turn& turn) const;

  std::string plain_;                       ///< what is no event
  std::map<std::string, Tokens> messages_;  ///< by id: for a stream that was cut
  std::shared_ptr<const Json> result_;
  Turn earlier_;  ///< what processes before the last one have used: of a wrapper that runs claude twice
  std::string session_, model_, last_text_, error_kind_;
  std::optional<UtcTime> resets_at_;
  bool rejected_ = false, lost_session_ = false, streamed_ = false;
};

}  // namespace leanlab::agent

// CodexReader: the events of `codex exec --json`. Its usage is the thread's running total, so each turn's is the difference.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/agent.h"
#include "agent/supervise.h"
#include "base/json.h"

namespace leanlab::agent {

inline constexpr const char* k_codex_login = "codex login";

/// One turn's stream. Thread: one.
class CodexReader : public Reader {
 public:
  /// `before`: what the thread `session` had used when it was continued.
  explicit CodexReader(std::string session = {}, Tokens before = {})
      : continued_(std::move(session)), before_(before) {}
  void line(std::string_view line, Progress& progress) override;
  void end(const sandbox::Outcome& outcome, Turn& turn) override;
  [[nodiscard]] bool knew_session() const { return !session_.empty(); }
  [[nodiscard]] const std::string& session() const { return session_; }
  /// Since the thread began, not since the turn did.
  [[nodiscard]] const std::optional<Tokens>& total() const { return total_; }

 private:
  void item(const std::string& type, const Json& item, Progress& progress);
  [[nodiscard]] std::optional<Tokens> used() const;

  const std::string continued_;
  const Tokens before_;
  std::string session_, reply_, error_, plain_;
  std::optional<Tokens> total_;
  bool completed_ = false, failed_ = false;
};

}  // namespace leanlab::agent

// Assembly: one answer of a model, put together from the events of its stream, or from the one object of a server that
// does not stream.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/http/model.h"
#include "base/json.h"

namespace leanlab::agent {

/// Fed with the events in their order; tolerant of unknown ones. Thread: one.
class Assembly {
 public:
  explicit Assembly(Dialect dialect) : dialect_(dialect) {}
  /// What stands behind "data:".
  void event(std::string_view data);
  /// The whole answer at once; what is no answer changes nothing.
  void whole(const Json& answer);
  /// Moves text, calls and counts into `answer`.
  void finish(Answer& answer);
  /// There was an event at all.
  [[nodiscard]] bool began() const { return began_; }
  /// The answer came to its end: its last event, or the reason of its end together with its counts.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] const std::string& stop() const { return stop_; }

 private:
  void anthropic(const Json& event);
  void openai(const Json& event);
  void count_anthropic(const Json& usage);
  void count_openai(const Json& usage);
  void call_openai(const Json& piece, std::uint64_t place);

  Dialect dialect_;
  std::string text_, stop_, error_, model_;
  std::map<std::uint64_t, ToolCall> calls_;
  std::optional<Tokens> tokens_;
  bool began_ = false, ended_ = false, counted_ = false;
  int malformed_ = 0;
};

}  // namespace leanlab::agent

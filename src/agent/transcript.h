// Transcript: what was said and done in a turn, with times: the raw stream and, beside it, what it means.
// Format: docs/formats/transcript.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace leanlab::agent {

/// Writes one turn down as it happens. Thread: one.
class Recorder {
 public:
  Recorder(std::string agent, Role role, const Clock& clock = system_clock());

  /// From now on `watcher` gets each event, as people read it, with `secrets` replaced.
  void watch(std::function<void(std::string_view)> watcher, std::vector<std::string> secrets);

  /// A line of the stream as it came.
  void raw(std::string_view line);
  void prompt(std::string_view text) { text_event("prompt", text); }
  void text(std::string_view text) { text_event("text", text); }
  void thought(std::string_view text) { text_event("thought", text); }
  void notice(std::string_view text) { text_event("notice", text); }
  /// Something that the sandbox refused: a notice, and kept for the turn's record.
  void refused(const Denied& denied);
  /// All that was refused, each once, in the order in which it was first tried.
  [[nodiscard]] const std::vector<Denied>& refusals() const { return refusals_; }
  void tool_call(const std::string& id, const std::string& name, const std::string& input);
  /// `seconds` is counted from the call with that id.
  void tool_result(const std::string& id, bool ok, std::string_view result);
  /// How it ended and what it cost.
  void end(const Turn& turn);

  /// JSON lines; every text of `secrets` is replaced.
  [[nodiscard]] std::string take(const std::vector<std::string>& secrets);

 private:
  void text_event(const char* kind, std::string_view text);
  void line(Json&& value);

  const Clock& clock_;
  SteadyTime started_;
  std::string lines_;
  std::map<std::string, SteadyTime> calls_;
  std::vector<Denied> refusals_;
  bool full_ = false;
  std::function<void(std::string_view)> watcher_;
  std::vector<std::string> secrets_;
};

/// One event of a transcript.
struct TranscriptEvent {
  std::uint64_t at_ms = 0;  ///< since the turn began
  std::string kind;         ///< turn, prompt, text, thought, tool_call, tool_result, notice, end
  std::string text;         ///< what was said, a tool's input or its result
  std::string name;         ///< of the tool; of agent and role at `turn`
  bool ok = true;
  double seconds = 0;  ///< that a tool took
  std::string detail;  ///< JSON of the whole event
};

/// Compressed for the store; `unpack` reads both packed and plain ones. Errors: misconfigured (damaged).
[[nodiscard]] std::string pack_transcript(std::string_view transcript);
[[nodiscard]] Result<std::string> unpack_transcript(std::string_view stored);
/// The events, in order; a transcript of another kind (a program's words) is one `text`.
[[nodiscard]] std::vector<TranscriptEvent> read_transcript(std::string_view transcript);
/// The raw stream alone, as it came.
[[nodiscard]] std::string raw_stream(std::string_view transcript);
/// For people: one paragraph an event.
[[nodiscard]] std::string show_transcript(const std::vector<TranscriptEvent>& events);

/// `text` with each of `secrets` replaced by "[secret]".
[[nodiscard]] std::string redact(std::string text, const std::vector<std::string>& secrets);

}  // namespace leanlab::agent

// Supervise: one turn of an agent that is a command-line program: its sandbox, its clocks, its stream, its end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/agent.h"
#include "agent/transcript.h"
#include "sandbox/launch.h"

namespace leanlab::agent {

/// How long a turn may say nothing. The third clock is TurnRequest::limit.
struct Clocks {
  std::chrono::milliseconds first{180'000};    ///< until its first word
  std::chrono::milliseconds silence{900'000};  ///< between words, while no tool runs
  std::chrono::milliseconds farewell{10'000};  ///< until it is gone after its last word
};
/// The usual ones; LEANLAB_AGENT_CLOCKS="FIRST,SILENCE" (seconds) changes them.
[[nodiscard]] Clocks usual_clocks();

/// What a turn is doing, as its stream tells. Readers call it; the clocks look at it. Thread: any.
class Progress {
 public:
  Progress(Recorder& recorder, std::function<void(const std::string&)> on_activity)
      : recorder_(recorder), on_activity_(std::move(on_activity)) {}

  void said(std::string_view text);
  void thought(std::string_view text);
  void noticed(std::string_view text);
  void tool_started(const std::string& id, const std::string& name, const std::string& input);
  void tool_ended(const std::string& id, bool ok, std::string_view result);
  /// The positive end has come: what follows is only its farewell.
  void finished();
  /// It was not its end: more begins (a wrapper that runs its program twice).
  void goes_on();
  /// There is no use in waiting for more; the turn ends at once.
  void abandon(TurnEnd end, std::string message, std::optional<UtcTime> retry_at = std::nullopt);

  struct Abandoned {
    TurnEnd end;
    std::string message;
    std::optional<UtcTime> retry_at;
  };
  struct State {
    bool heard = false, tools = false, finished = false;
    SteadyTime last;
    std::optional<Abandoned> abandoned;
  };
  [[nodiscard]] State state() const;
  void heard();

 private:
  Recorder& recorder_;
  std::function<void(const std::string&)> on_activity_;
  mutable std::mutex mutex_;
  State state_;
  std::set<std::string> tools_;
};

/// Makes a turn of a stream: one object a turn. Called from one thread.
class Reader {
 public:
  virtual ~Reader() = default;
  /// A whole line of stdout, without its newline.
  virtual void line(std::string_view line, Progress& progress) = 0;
  /// The program has ended: sets end, failure, reply, session, model and usage. `out` and `err` are the first of what it
  /// wrote.
  virtual void end(const sandbox::Outcome& outcome, Turn& turn) = 0;
};

/// How a program is run for a turn.
struct AgentProgram {
  std::string agent;  ///< for messages: "claude"
  std::string login;  ///< the command with which a person logs in
  std::vector<std::string> argv;
  std::string input;
  std::vector<std::pair<std::string, std::string>> env;  ///< all that it gets; HOME among it
  std::vector<std::string> writable;                     ///< besides the workspace: its home
  std::vector<std::string> readable;                     ///< its own installation
  std::vector<std::string> listable = {};                ///< folders whose names it may list
  std::vector<std::string> secrets;                      ///< never stored
  std::vector<std::pair<int, int>> fds;                  ///< {ours, theirs}
  std::vector<std::string> hosts;  ///< that it may reach: "api.x.com", "*.x.com", "host:port", or URLs
  /// Whether it tells what it does, line by line; one that speaks at its end may be silent until then.
  enum class Speech { as_it_works, at_its_end } speech = Speech::as_it_works;
  std::uint64_t kept_output = 1u << 20;  ///< of stdout and stderr, for Reader::end
  std::optional<std::chrono::milliseconds> farewell = std::nullopt;  ///< other than the usual one
  /// Called every few seconds, from a thread of its own, and at the end; gives what else must not be stored.
  std::function<std::vector<std::string>()> meanwhile = {};
};

/// Runs the program in the agent's sandbox until it ends or a clock or the interrupt ends it; nothing that it started is left.
/// Errors: agent_unavailable (it could not be started), interrupted, misconfigured. Thread: any.
[[nodiscard]] Result<Turn> supervise(const AgentProgram& program, const TurnRequest& request, Reader& reader,
                                     const Interrupt& interrupt);

}  // namespace leanlab::agent

// AcpReader: the client's side of the Agent Client Protocol: it opens a session, puts the prompt, answers what the agent asks, and
// makes a turn of what it tells.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agent/home.h"
#include "agent/supervise.h"
#include "base/fd.h"

namespace leanlab::agent {

/// Writes lines to the agent from a thread of its own: an agent that does not read must not stop us from reading it.
class Speaker {
 public:
  explicit Speaker(Fd pipe) : pipe_(std::move(pipe)), thread_([this] { work(); }) {}
  ~Speaker();
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;
  void say(const Json& message);
  /// What was said is still written; then the agent sees the end of its input.
  void close();

 private:
  void work();

  Fd pipe_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> queue_;
  bool closed_ = false;
  std::thread thread_;
};

/// Of one turn: a session is not continued.
class AcpReader : public Reader {
 public:
  /// What it needs to know of the agent's program.
  struct Setting {
    const Environment& env;  ///< the agent's: which keys it has
    bool held = true;        ///< by our sandbox: then its own restrictions are switched off
    std::string login;       ///< what a person can do when it is not logged in
  };
  /// Both must outlive it. Asks the first question at once.
  AcpReader(Speaker& speaker, const TurnRequest& request, Setting setting);
  void line(std::string_view line, Progress& progress) override;
  void end(const sandbox::Outcome& outcome, Turn& turn) override;
  /// Why it cannot be used at all, in this turn or another; empty: it can.
  [[nodiscard]] const std::string& unusable() const { return unusable_; }

 private:
  enum Asked { initialize = 1, new_session, prompt, authenticate, set_mode };
  struct Call {
    std::string id, title, input;
  };
  void ask(Asked id, const char* method, Json params);
  void open_session();
  void put_prompt();
  void answered(const Json& message, Progress& progress);
  void failed(Asked asked, const Json& error, Progress& progress);
  void began(const Json& result, Progress& progress);
  void opened(const Json& result, Progress& progress);
  void came_to_end(const Json& result, Progress& progress);
  void over(Progress& progress);
  [[nodiscard]] std::string next_method();
  void asked(const Json& message, Progress& progress);
  void updated(const Json& update, Progress& progress);
  void tool_called(const Json& update, Progress& progress);
  void tell_call(Progress& progress);
  [[nodiscard]] Json permission(const Json& params, Progress& progress) const;
  [[nodiscard]] Result<Json> file(const std::string& method, const Json& params, Progress& progress) const;

  Speaker& speaker_;
  const TurnRequest& request_;
  const Setting setting_;
  std::string session_, reply_, stop_reason_, error_, unusable_, model_;
  std::string plain_;                 ///< what it wrote besides the protocol
  std::vector<std::string> methods_;  ///< of authentication that need no person, not yet tried
  std::string offers_;                ///< the ways to log in that it named
  std::optional<Call> call_;          ///< begun, and not yet told: what it is about may still come
  std::set<std::string> told_;        ///< ids of the calls that were told
  int error_code_ = 0;
  std::optional<Tokens> tokens_;
  std::optional<double> cost_;
};

}  // namespace leanlab::agent

// Agent: the port that every backend stands behind. The loop knows nothing else of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/options.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/result.h"

namespace leanlab::agent {

enum class Role { worker, director, critic, architect, fixer, spec_writer, engineer, reviewer, tech_lead };
/// "worker", "spec-writer": the value of LEANLAB_ROLE.
[[nodiscard]] const char* name(Role role);

enum class Direction { minimise, maximise };

/// A judged experiment, told to a backend in the order of the book. Only backends that learn by themselves
/// (the tuner) keep it; the others read memory from their prompt.
struct Observation {
  std::uint64_t experiment = 0;  ///< its number in the book; 0 is the sample
  std::string file;              ///< name inside the experiments folder
  std::string source;            ///< the primary file's text; empty when it could not be read
  std::optional<double> value;   ///< the objective; none: invalid
};

struct Tokens {
  std::uint64_t input = 0, output = 0, cache_read = 0, cache_write = 0;
};

/// One turn to be taken.
struct TurnRequest {
  Role role = Role::worker;
  std::string prompt;
  std::filesystem::path workspace;  ///< the private copy of the lab; the turn's current folder
  std::string experiments_dir;      ///< relative to workspace
  std::string suggested_file;       ///< relative to workspace: a free name for the new experiment
  std::string parent_file;          ///< relative to workspace: what to start from
  std::uint64_t proposal = 0;       ///< counts proposals of this book; with `seed` it fixes a tuner's choice
  std::uint64_t seed = 0;
  std::uint64_t remaining = 0;  ///< proposals left in this run after this one (local polish near the end)
  std::optional<std::string> session;    ///< continue this session, where the backend has sessions
  std::optional<Tokens> session_tokens;  ///< what that session is known to have used, where it is known
  std::string brief;  ///< the prompt of the session's first turn: for a session that cannot be continued
  std::string previous_error;          ///< repair: why the last file failed; empty otherwise
  std::chrono::milliseconds limit{0};  ///< 0: none
  std::optional<double> budget_usd;    ///< what is left to spend: for backends that can stop by themselves
  std::filesystem::path home;  ///< the agent's own home, kept as long as the session; empty: it has none
  std::vector<std::string> readable;  ///< absolute: what it may read besides the workspace
  std::vector<std::string>
      hidden;  ///< absolute: what it must not see, though a folder of `readable` holds it
  std::vector<std::string> watched;   ///< absolute: a try to open a file there, where it may not, is told
  std::vector<std::string> writable;  ///< absolute: what it may change besides the workspace
  std::vector<std::string>
      hosts;  ///< that it may reach besides its provider's: "host", "*.host", "host:port"
  std::function<void(const std::string&)>
      on_activity;  ///< what it does now, in a line: for screens; may be empty
  std::function<void(std::string_view)>
      on_words;  ///< the transcript as people read it, as it grows; may be empty
};

/// How a turn ended.
enum class TurnEnd {
  done,          ///< it came to its end by its own word; only then is the reply to be used
  failed,        ///< it ran and came to nothing: timed out, cut off, refused; `failure` says why
  rate_limited,  ///< from here on nothing was worked on: wait, and take the same turn again
  overloaded,
  logged_out,
  out_of_credit,
};
/// "rate_limited" and so on.
[[nodiscard]] const char* name(TurnEnd end);
/// Ends that say nothing of the attempt: the turn is to be taken again later.
[[nodiscard]] constexpr bool is_parked(TurnEnd end) {
  return end >= TurnEnd::rate_limited;
}

/// Something that a turn tried and that its sandbox refused. Evidence, not a verdict.
struct Denied {
  std::string what;         ///< "connection to example.org:443", "socket (inet)"
  std::uint32_t count = 1;  ///< capped
};
/// How a turn's network was held.
enum class Network {
  unknown,     ///< nothing of it ran in a sandbox
  none,        ///< it had none
  listed,      ///< only the hosts of a list
  unverified,  ///< the machine's own: this tier knows no hosts
};
/// "none", "listed hosts", "not verified"; empty: unknown.
[[nodiscard]] const char* name(Network network);

/// What a turn gave. Unknown stays unknown: no cost and no tokens are `nullopt`, never zero.
struct Turn {
  TurnEnd end = TurnEnd::done;
  /// Why it is not done, a sentence for a person; empty: it is. The turn may have cost something all the same: the caller
  /// books that, then treats `failed` like the error goal_not_met.
  std::string failure;
  std::string next;                 ///< what that person can do about it; may be empty
  std::optional<UtcTime> retry_at;  ///< rate_limited, overloaded: as the provider says, where it does
  std::string reply;                ///< the last text; may hold the report object
  std::optional<std::string> session;
  std::optional<std::string> model;
  std::optional<double> cost_usd;
  std::optional<Tokens> tokens;
  std::vector<Denied> denied;  ///< each once
  Network network = Network::unknown;
  std::string transcript;  ///< for `leanlab log`: transcript.h, packed; or a program's own words
};

/// All roles there are, in the order of the enum.
[[nodiscard]] const std::vector<Role>& every_role();

/// What a backend can do, so that the loop need not know which it is.
struct Capabilities {
  bool sessions = false;      ///< a turn can be continued
  bool reports_cost = false;  ///< usd is known, or known to be nothing
  bool reports_tokens = false;
  bool learns = false;                     ///< wants observe()
  bool can_repair = false;                 ///< a repair turn makes sense
  bool free = false;                       ///< its turns cost nothing and are not worth a record of their own
  std::vector<Role> roles = every_role();  ///< those it can play
};

class Agent {
 public:
  virtual ~Agent() = default;
  /// "tuner", "command:./propose.sh": for records and screens.
  [[nodiscard]] virtual std::string describe() const = 0;
  [[nodiscard]] virtual Capabilities capabilities() const = 0;
  /// Runs one turn, blocking; whatever it started is gone afterwards. A turn that spent something is a Turn, however it
  /// ended, so that its cost is counted. Errors: agent_unavailable (cannot work at all), goal_not_met (this turn failed
  /// and cost nothing that is known), misconfigured (nothing tunable), interrupted. Thread: any, several turns at once.
  /// Callers that can wait use Patience (patience.h) instead.
  [[nodiscard]] virtual Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) = 0;
  /// Learns from a judged experiment. Called in the book's order, once each, before and during a run. Thread:
  /// the loop's.
  virtual void observe(const Observation&) {}
  /// The proposal with this number (TurnRequest::proposal) was refused or came to nothing: it will not be observed.
  /// Thread: any.
  virtual void forget(std::uint64_t /*proposal*/) {}
};

/// What a backend is made from.
struct BackendOptions {
  std::string argument;  ///< after the colon: a model, or the program of `command`
  Direction direction = Direction::maximise;
  std::filesystem::path lab;             ///< the lab's folder: relative programs are looked up from here
  std::vector<std::string> environment;  ///< names of variables passed on to `command` programs
  std::string options{};                 ///< JSON object of options.h; empty: none
  AgentOptions values{};                 ///< what `options` says: make_agent() fills it
};

/// Whether a backend can be used on this machine, for `doctor` and `check`.
struct Probe {
  bool found = false;
  std::string path;               ///< of its program; "built in" for those that need none
  std::string version;            ///< what it says of itself; may be empty
  std::optional<bool> logged_in;  ///< none: it needs no login, or that cannot be told
  std::string login;              ///< the command by which a person logs in
};

/// One row of the table in backends.cc.
struct Backend {
  const char* name;
  const char* summary;
  Result<std::unique_ptr<Agent>> (*make)(const BackendOptions& options);
  Probe (*probe)();                       ///< takes up to some seconds: it may run the program
  std::vector<std::string> options = {};  ///< those of options.h that it knows
};
[[nodiscard]] const std::vector<Backend>& backends();

/// The probe of the backend that `spec` names; not found for an unknown name.
[[nodiscard]] Probe probe_agent(const std::string& spec);

/// "tuner", "command:./x.sh", "claude:opus" to an agent. Errors: usage (unknown name, with a suggestion; a missing or
/// unwanted argument), agent_unavailable (its program is not installed, or it has no key), misconfigured.
[[nodiscard]] Result<std::unique_ptr<Agent>> make_agent(const std::string& spec, BackendOptions options);

}  // namespace leanlab::agent

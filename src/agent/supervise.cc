// The program's output is read on the caller's thread; a second thread watches the clocks and ends it by an Interrupt.
#include "agent/supervise.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <poll.h>

#include "agent/ends.h"
#include "agent/gate.h"
#include "base/strings.h"
#include "sandbox/policies.h"
#include "sandbox/probe.h"
#include "sandbox/view.h"

namespace leanlab::agent {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t k_longest_line = 32u << 20;

/// Splits a stream into lines, whatever pieces it comes in.
class Lines {
 public:
  template <class Take>
  void add(std::string_view piece, Take take) {
    for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      open_.append(piece.substr(0, end));
      flush(take);
      piece.remove_prefix(end + 1);
    }
    if (open_.size() < k_longest_line) open_.append(piece);
  }
  template <class Take>
  void flush(Take take) {
    if (open_.ends_with('\r')) open_.pop_back();
    if (!open_.empty()) take(open_);
    open_.clear();
  }

 private:
  std::string open_;
};

/// Without a byte order mark and the escape sequences of a terminal, which wrappers leave around their lines; JSON has neither.
std::string without_decoration(std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  if (line.find('\x1b') == std::string_view::npos) return std::string(line);
  std::string plain;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      plain += line[i];
      continue;
    }
    if (i + 1 < line.size() && line[i + 1] == ']') {  // up to BEL or ESC backslash: a title or a link
      while (i < line.size() && line[i] != '\a' && !(line[i] == '\\' && line[i - 1] == '\x1b')) ++i;
      continue;
    }
    if (i + 1 < line.size() && line[i + 1] == '[') ++i;
    do ++i;
    while (i < line.size() && (line[i] < '@' || line[i] > '~'));
  }
  return plain;
}

enum class Expired { none, first, silence };

/// Raises `stop` when the caller wants an end, when a clock has run out, or when the stream said that there is no use.
class Watcher {
 public:
  Watcher(const Progress& progress, const Interrupt& wanted, Interrupt& stop, const Clocks& clocks,
          const std::function<std::vector<std::string>()>& meanwhile)
      : progress_(progress),
        wanted_(wanted),
        stop_(stop),
        clocks_(clocks),
        meanwhile_(meanwhile),
        thread_([this] { watch(); }) {}
  ~Watcher() {
    over_.raise();
    thread_.join();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  [[nodiscard]] Expired expired() const { return expired_.load(); }

 private:
  static constexpr unsigned k_rounds_between = 10;
  void watch() {
    const SteadyTime started = system_clock().steady();
    for (unsigned round = 1; !stop_.raised(); ++round) {
      if (meanwhile_ && round % k_rounds_between == 0) static_cast<void>(meanwhile_());
      pollfd events[] = {{wanted_.fd(), POLLIN, 0}, {over_.fd(), POLLIN, 0}};
      ::poll(events, std::size(events), 200);
      if (over_.raised()) return;
      if (wanted_.raised() || is_over(progress_.state(), started)) stop_.raise();
    }
  }
  bool is_over(const Progress::State& state, SteadyTime started) {
    const SteadyTime now = system_clock().steady();
    if (state.abandoned) return true;
    if (state.finished) return now - state.last > clocks_.farewell;
    if (!state.heard && now - started > clocks_.first) {
      expired_ = Expired::first;
    } else if (state.heard && !state.tools && now - state.last > clocks_.silence) {
      expired_ = Expired::silence;
    }
    return expired_ != Expired::none;
  }

  const Progress& progress_;
  const Interrupt& wanted_;
  Interrupt& stop_;
  const Clocks clocks_;
  const std::function<std::vector<std::string>()>& meanwhile_;
  Interrupt over_;
  std::atomic<Expired> expired_{Expired::none};
  std::thread thread_;
};

/// Files that tools are told of in their environment: certificates of a company's own authority may lie anywhere.
void add_certificates(const AgentProgram& program, std::vector<std::string>& readable) {
  constexpr std::string_view k_names[] = {"SSL_CERT_FILE",        "SSL_CERT_DIR",       "NODE_EXTRA_CA_CERTS",
                                          "CODEX_CA_CERTIFICATE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"};
  for (const auto& [name, value] : program.env) {
    if (value.starts_with('/') &&
        std::find(std::begin(k_names), std::end(k_names), name) != std::end(k_names))
      readable.push_back(value);
  }
}

sandbox::Policy policy_of(const AgentProgram& program, const TurnRequest& request, sandbox::Tier tier) {
  std::vector<std::string> writable = program.writable;
  writable.push_back(request.workspace.string());
  writable.insert(writable.end(), request.writable.begin(), request.writable.end());
  std::vector<std::string> readable = program.readable;
  readable.insert(readable.end(), request.readable.begin(), request.readable.end());
  add_certificates(program, readable);
  sandbox::Limits limits;
  limits.wall = request.limit;
  limits.output_bytes = program.kept_output;
  sandbox::Policy policy = sandbox::agent_policy(writable, readable, limits);
  policy.hide = request.hidden;
  for (const std::string& folder : program.listable) policy.paths.push_back({folder, sandbox::Access::list});
  policy.watch = request.watched;
  std::error_code error;
  const auto missing = [&](const sandbox::PathRule& rule) {
    return !std::filesystem::exists(rule.path, error);
  };
  std::erase_if(policy.paths, missing);
  if (tier != sandbox::Tier::C) {
    for (const sandbox::PathRule& rule : sandbox::network_view()) policy.paths.push_back(rule);
  }
  return policy;
}

void judge_end(const AgentProgram& program, const TurnRequest& request, const Progress::State& state,
               Expired expired, const Clocks& clocks, const sandbox::Outcome& outcome, Turn& turn) {
  if (state.finished) return;
  if (expired != Expired::none && !state.abandoned)
    turn.next = "LEANLAB_AGENT_CLOCKS=FIRST,SILENCE, in seconds, gives it more time";
  if (state.abandoned) {
    turn.retry_at = state.abandoned->retry_at;
    set_end(turn, state.abandoned->end, program.agent, state.abandoned->message, program.login);
  } else if (expired == Expired::first) {
    turn.end = TurnEnd::failed;
    turn.failure =
        fmt::format("{} said nothing within {} of its start", program.agent, human_duration(clocks.first));
  } else if (expired == Expired::silence) {
    turn.end = TurnEnd::failed;
    turn.failure = fmt::format("{} said nothing for {} while no tool of its ran", program.agent,
                               human_duration(clocks.silence));
  } else if (outcome.end == sandbox::End::wall_limit) {
    turn.end = TurnEnd::failed;
    turn.failure = fmt::format("{} took longer than {}", program.agent, human_duration(request.limit));
    turn.next = "give it more time with limits.agent_seconds in lab.json";
  }
}

/// What passed the gate, and what it and the sandbox refused.
void note_refusals(const std::vector<Gate::Event>& events, const sandbox::Outcome& outcome,
                   Recorder& recorder) {
  for (const Gate::Event& event : events) {
    const std::string what = "connection to " + event.target;
    event.refused ? recorder.refused({what, event.count}) : recorder.notice("allowed: " + what);
  }
  for (const sandbox::DeniedCall& call : outcome.denied) recorder.refused({call.name, call.count});
}

bool is_stream(const AgentProgram& program) {
  return program.speech == AgentProgram::Speech::as_it_works;
}

Clocks clocks_of(const AgentProgram& program) {
  Clocks clocks = usual_clocks();
  if (!is_stream(program))
    clocks.first = clocks.silence = std::chrono::hours(24 * 365 * 50);  // only the turn has a limit
  if (program.farewell) clocks.farewell = *program.farewell;
  return clocks;
}

/// The end of the transcript, without what must not be stored.
void write_down(const AgentProgram& program, const sandbox::Outcome& outcome, Recorder& recorder,
                Turn& turn) {
  std::vector<std::string> secrets = program.secrets;
  if (program.meanwhile) {
    const auto renewed = program.meanwhile();
    secrets.insert(secrets.end(), renewed.begin(), renewed.end());
  }
  if (!outcome.err.empty()) recorder.notice("stderr: " + outcome.err.substr(0, 16u << 10));
  turn.reply = redact(repair_utf8(turn.reply), secrets);
  turn.failure = redact(repair_utf8(turn.failure), secrets);
  if (!is_stream(program)) {
    recorder.raw(turn.reply);
    recorder.text(turn.reply);
  }
  turn.denied = recorder.refusals();
  recorder.end(turn);
  turn.transcript = pack_transcript(recorder.take(secrets));
}

Network network_of(const Gate& gate, sandbox::Tier tier) {
  if (tier != sandbox::Tier::C && gate.is_shut()) return Network::none;
  return tier == sandbox::Tier::A ? Network::listed : Network::unverified;
}

std::vector<std::string> hosts_of(const AgentProgram& program, const TurnRequest& request) {
  std::vector<std::string> hosts = program.hosts;
  hosts.insert(hosts.end(), request.hosts.begin(), request.hosts.end());
  return hosts;
}

}  // namespace

Clocks usual_clocks() {
  Clocks clocks;
  double first = 0;
  double silence = 0;
  const char* given = std::getenv("LEANLAB_AGENT_CLOCKS");
  if (given == nullptr || std::sscanf(given, "%lf,%lf", &first, &silence) != 2) return clocks;
  if (first > 0) clocks.first = milliseconds(static_cast<std::int64_t>(std::min(first, 1e6) * 1000));
  if (silence > 0) clocks.silence = milliseconds(static_cast<std::int64_t>(std::min(silence, 1e6) * 1000));
  return clocks;
}

void Progress::said(std::string_view text) {
  recorder_.text(text);
  if (!on_activity_) return;
  const auto lines = split_lines(trim(text));
  if (!lines.empty()) on_activity_(clip(printable(lines.front()), 100));
}

void Progress::thought(std::string_view text) {
  recorder_.thought(text);
}

void Progress::noticed(std::string_view text) {
  recorder_.notice(text);
}

void Progress::tool_started(const std::string& id, const std::string& name, const std::string& input) {
  recorder_.tool_call(id, name, input);
  {
    const std::lock_guard lock(mutex_);
    tools_.insert(id);
    state_.tools = true;
  }
  if (on_activity_) on_activity_(clip(printable(name + " " + input), 100));
}

void Progress::tool_ended(const std::string& id, bool ok, std::string_view result) {
  recorder_.tool_result(id, ok, result);
  const std::lock_guard lock(mutex_);
  tools_.erase(id);
  state_.tools = !tools_.empty();
}

void Progress::finished() {
  const std::lock_guard lock(mutex_);
  state_.finished = true;
  state_.last = system_clock().steady();
}

void Progress::goes_on() {
  const std::lock_guard lock(mutex_);
  state_.finished = false;
}

void Progress::abandon(TurnEnd end, std::string message, std::optional<UtcTime> retry_at) {
  const std::lock_guard lock(mutex_);
  if (!state_.abandoned && !state_.finished) state_.abandoned = Abandoned{end, std::move(message), retry_at};
}

void Progress::heard() {
  const std::lock_guard lock(mutex_);
  state_.heard = true;
  if (!state_.finished) state_.last = system_clock().steady();
}

Progress::State Progress::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Result<Turn> supervise(const AgentProgram& program, const TurnRequest& request, Reader& reader,
                       const Interrupt& interrupt) {
  TRY(interrupt.check());
  const Clocks clocks = clocks_of(program);
  const bool streams = is_stream(program);
  const sandbox::Tier tier = sandbox::probe().tier;
  Recorder recorder(program.agent, request.role);
  recorder.watch(request.on_words, program.secrets);
  recorder.prompt(request.prompt);
  Progress progress(recorder, request.on_activity);
  Lines lines;
  const auto take = [&](std::string_view line) {
    recorder.raw(line);
    reader.line(without_decoration(line), progress);
  };
  sandbox::Command command;
  command.argv = program.argv;
  command.cwd = request.workspace;
  command.env = program.env;
  command.input = program.input;
  command.fds = program.fds;
  command.on_output = [&](sandbox::Stream stream, std::string_view piece) {
    if (!streams && request.on_words) request.on_words(redact(repair_utf8(piece), program.secrets));
    if (stream == sandbox::Stream::err) return;
    progress.heard();
    if (streams) lines.add(piece, take);
  };
  Gate gate(hosts_of(program, request));
  if (tier == sandbox::Tier::A) {
    command.doors = gate.doors();
    command.on_door = [&](std::uint16_t port, Fd listener) { gate.open(port, std::move(listener)); };
    gate.set_proxy(command.env);
  }
  Turn turn;
  turn.network = network_of(gate, tier);
  sandbox::Policy policy = policy_of(program, request, tier);
  // Tier B knows no hosts, but it can hold what may reach none of them.
  if (tier == sandbox::Tier::B && turn.network == Network::none) policy.network = false;
  Interrupt stop;
  Expired expired = Expired::none;
  Result<sandbox::Outcome> outcome = [&] {
    Watcher watcher(progress, interrupt, stop, clocks, program.meanwhile);
    auto ended = sandbox::run(policy, command, tier, stop);
    expired = watcher.expired();
    return ended;
  }();
  if (!outcome) {
    outcome.error().code = ErrorCode::agent_unavailable;
    outcome.error().context.push_back(fmt::format("starting the agent {}", program.agent));
    return fail(std::move(outcome.error()));
  }
  lines.flush(take);
  note_refusals(gate.close(), *outcome, recorder);
  if (turn.network == Network::unverified) recorder.notice("network not verified");
  TRY(interrupt.check());
  reader.end(*outcome, turn);
  judge_end(program, request, progress.state(), expired, clocks, *outcome, turn);
  write_down(program, *outcome, recorder, turn);
  return turn;
}

}  // namespace leanlab::agent

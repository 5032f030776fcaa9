// ACP: any agent that speaks the Agent Client Protocol (JSON-RPC 2.0, a line each) on stdio. It works in its sandbox with its own
// tools; files it may also ask of us, within the same bounds. Whatever else it asks is answered, so that it never waits for us.
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include "agent/backends/acp_files.h"
#include "agent/backends/make.h"
#include "agent/backends/parts.h"
#include "agent/ends.h"
#include "agent/home.h"
#include "agent/installation.h"
#include "agent/supervise.h"
#include "base/fd.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::agent {
namespace {

/// Writes lines to the agent from a thread of its own: an agent that does not read must not stop us from reading it.
class Speaker {
 public:
  explicit Speaker(Fd pipe) : pipe_(std::move(pipe)), thread_([this] { work(); }) {}
  ~Speaker() {
    close();
    thread_.join();
  }
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;
  void say(const Json& message) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(to_line(message) + '\n');
    changed_.notify_one();
  }
  /// What was said is still written; then the agent sees the end of its input.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
      if (queue_.empty()) break;
      const std::string line = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      const bool written = write_all(pipe_.get(), line).has_value();
      lock.lock();
      if (!written) break;  // the agent has ended
    }
    pipe_.close();
  }

  Fd pipe_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> queue_;
  bool closed_ = false;
  std::thread thread_;
};

class AcpReader : public Reader {
 public:
  AcpReader(Speaker& speaker, const TurnRequest& request) : speaker_(speaker), request_(request) {
    ask(1, "initialize",
        Json{{"protocolVersion", 1},
             {"clientCapabilities",
              Json{{"fs", Json{{"readTextFile", true}, {"writeTextFile", true}}}, {"terminal", false}}},
             {"clientInfo", Json{{"name", "leanlab"}, {"version", "1"}}}});
  }
  void line(std::string_view line, Progress& progress) override;
  void end(const sandbox::Outcome& outcome, Turn& turn) override;

 private:
  void ask(int id, const char* method, Json params) {
    speaker_.say(Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}});
  }
  void answered(const Json& message, Progress& progress);
  void asked(const Json& message, Progress& progress);
  void updated(const Json& update, Progress& progress);
  [[nodiscard]] Json permission(const Json& params, Progress& progress) const;
  [[nodiscard]] Result<Json> file(const std::string& method, const Json& params, Progress& progress) const;

  Speaker& speaker_;
  const TurnRequest& request_;
  std::string session_, reply_, stop_reason_, error_, plain_;
  int error_code_ = 0;
  std::optional<Tokens> tokens_;
  std::optional<double> cost_;
};

void AcpReader::line(std::string_view line, Progress& progress) {
  const auto message = trim(line).starts_with('{') ? parse_json(line, "stream") : Result<Json>(Json());
  if (!message || !message->is_object()) {
    if (plain_.size() < (1u << 16)) plain_ += std::string(line) + '\n';
    return;
  }
  const std::string method = text_at(*message, "method");
  if (method.empty()) return answered(*message, progress);
  if (method == "session/update") return updated(part(part(*message, "params"), "update"), progress);
  if (message->contains("id")) asked(*message, progress);
}

void AcpReader::answered(const Json& message, Progress& progress) {
  const Json& result = part(message, "result");
  if (const Json& error = part(message, "error"); error.is_object()) {
    error_ = text_at(error, "message");
    error_code_ = static_cast<int>(number_at(error, "code"));
    if (const Json& data = part(error, "data"); !data.is_null()) error_ += " " + to_line(data);
    speaker_.close();
    return progress.finished();
  }
  const int id = static_cast<int>(number_at(message, "id"));
  if (id == 1) {
    ask(2, "session/new", Json{{"cwd", request_.workspace.string()}, {"mcpServers", Json::array()}});
  } else if (id == 2) {
    session_ = text_at(result, "sessionId");
    ask(3, "session/prompt",
        Json{{"sessionId", session_},
             {"prompt", Json::array({Json{{"type", "text"}, {"text", request_.prompt}}})}});
  } else if (id == 3) {
    stop_reason_ = text_at(result, "stopReason");
    const Json& usage = part(result, "usage");
    if (usage.is_object())
      tokens_ = Tokens{count_at(usage, "inputTokens"), count_at(usage, "outputTokens"),
                       count_at(usage, "cachedReadTokens"), count_at(usage, "cachedWriteTokens")};
    speaker_.close();
    progress.finished();
  }
}

// The sandbox is what holds it: the option that goes on once is taken, else one that goes on always, or else the first.
Json AcpReader::permission(const Json& params, Progress& progress) const {
  std::string chosen;
  int best = 0;
  for (const Json& option : part(params, "options")) {
    const std::string kind = text_at(option, "kind");
    const int rank = kind == "allow_once" ? 3 : kind == "allow_always" ? 2 : 1;
    if (rank <= best) continue;
    best = rank;
    chosen = text_at(option, "optionId");
  }
  progress.noticed("it asked for a permission and got: " + chosen);
  return Json{{"outcome", chosen.empty() ? Json{{"outcome", "cancelled"}}
                                         : Json{{"outcome", "selected"}, {"optionId", chosen}}}};
}

Result<Json> AcpReader::file(const std::string& method, const Json& params, Progress& progress) const {
  const std::string path = text_at(params, "path");
  if (method == "fs/read_text_file") {
    TRY_ASSIGN(std::string text,
               read_for_agent(request_, path, count_at(params, "line"), count_at(params, "limit")));
    progress.noticed("read for it: " + path);
    return Json{{"content", std::move(text)}};
  }
  TRY(write_for_agent(request_, path, text_at(params, "content")));
  progress.noticed("written for it: " + path);
  return Json::object();
}

void AcpReader::asked(const Json& message, Progress& progress) {
  constexpr int k_no_such_method = -32601, k_invalid_params = -32602;
  const std::string method = text_at(message, "method");
  const Json& params = part(message, "params");
  Json answer{{"jsonrpc", "2.0"}, {"id", message["id"]}};
  if (method == "session/request_permission") {
    answer["result"] = permission(params, progress);
  } else if (method == "fs/read_text_file" || method == "fs/write_text_file") {
    auto done = file(method, params, progress);
    if (done) {
      answer["result"] = std::move(*done);
    } else {
      progress.noticed("refused: " + method + ": " + done.error().message);
      answer["error"] = Json{{"code", k_invalid_params}, {"message", done.error().message}};
    }
  } else {
    progress.noticed("refused: " + method);
    answer["error"] =
        Json{{"code", k_no_such_method}, {"message", "leanlab offers no such method; use your own tools"}};
  }
  speaker_.say(answer);
}

void AcpReader::updated(const Json& update, Progress& progress) {
  const std::string kind = text_at(update, "sessionUpdate");
  if (kind == "agent_message_chunk") {
    reply_ += text_of_content(part(update, "content"));
    progress.said(text_of_content(part(update, "content")));
  } else if (kind == "agent_thought_chunk") {
    progress.thought(text_of_content(part(update, "content")));
  } else if (kind == "tool_call") {
    reply_.clear();  // what counts is what it says last
    progress.tool_started(text_at(update, "toolCallId"), text_at(update, "title"),
                          to_line(part(update, "rawInput")));
  } else if (kind == "tool_call_update") {
    const std::string status = text_at(update, "status");
    if (status == "completed" || status == "failed")
      progress.tool_ended(text_at(update, "toolCallId"), status == "completed",
                          to_line(part(update, "content")));
  } else if (kind == "usage_update") {
    const Json& cost = part(update, "cost");
    if (text_at(cost, "currency") == "USD") cost_ = number_at(cost, "amount");
  }
}

void AcpReader::end(const sandbox::Outcome& outcome, Turn& turn) {
  constexpr int k_authentication_required = -32000;
  turn.reply = reply_;
  turn.tokens = tokens_;
  turn.cost_usd = cost_;
  const std::string login = "the agent's own login command";
  if (error_code_ == k_authentication_required)
    return set_end(turn, TurnEnd::logged_out, "the ACP agent", error_, login);
  if (!error_.empty()) return set_end(turn, end_of(0, error_), "the ACP agent", error_, login);
  if (stop_reason_ == "end_turn") {
    if (const auto limit = limit_in_disguise(reply_)) set_end(turn, *limit, "the ACP agent", reply_, login);
    return;
  }
  std::string why = stop_reason_.empty() ? "it ended before its answer (" + outcome.status.describe() + ")"
                                         : "it stopped because of " + stop_reason_;
  if (const std::string said(trim(outcome.err)); stop_reason_.empty() && !said.empty()) why += ": " + said;
  set_end(turn, stop_reason_.empty() ? end_of(0, outcome.err) : TurnEnd::failed, "the ACP agent", why, login);
}

/// The providers that such agents use, since which one is not known here.
std::vector<std::string> hosts_of() {
  std::vector<std::string> hosts = {"*.anthropic.com",  "*.claude.ai",        "*.openai.com", "*.chatgpt.com",
                                    "*.googleapis.com", "*.google.com",       "*.mistral.ai", "openrouter.ai",
                                    "*.openrouter.ai",  "*.githubcopilot.com"};
  for (const char* name : {"ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"}) {
    if (const char* url = ::getenv(name); url != nullptr) hosts.emplace_back(url);
  }
  return hosts;
}

class AcpAgent : public Agent {
 public:
  AcpAgent(std::string spec, std::vector<std::string> words, std::vector<std::string> environment)
      : spec_(std::move(spec)), words_(std::move(words)), environment_(std::move(environment)) {}
  std::string describe() const override { return "acp:" + spec_; }
  Capabilities capabilities() const override {
    return {.sessions = false,
            .reports_cost = false,
            .reports_tokens = false,
            .learns = false,
            .can_repair = true,
            .free = false};
  }
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) override {
    TRY_ASSIGN(const TurnHome home, TurnHome::make(request.home), "making the agent's home");
    TRY_ASSIGN(Pipe pipe, make_pipe());
    std::vector<std::string> pass = environment_;
    pass.insert(pass.end(), {"ANTHROPIC_*", "OPENAI_*", "GEMINI_*", "GOOGLE_API_KEY", "MISTRAL_API_KEY"});
    AgentProgram program{.agent = "the ACP agent",
                         .login = "",
                         .argv = {"/bin/sh", "-c", "exec \"$@\" <&3 3<&-", "sh"},
                         .input = "",
                         .env = agent_environment(home.path(), pass),
                         .writable = {home.path().string()},
                         .readable = installation_of(words_[0]),
                         .secrets = {},
                         .fds = {{pipe.read.get(), 3}},
                         .hosts = hosts_of()};
    program.argv.insert(program.argv.end(), words_.begin(), words_.end());
    for (std::size_t i = 1; i < words_.size(); ++i) {
      const auto more = installation_of(words_[i]);
      if (fs::path(words_[i]).is_absolute())
        program.readable.insert(program.readable.end(), more.begin(), more.end());
    }
    program.env.emplace_back("LEANLAB_ROLE", name(request.role));
    program.secrets = secrets_in(program.env);
    Speaker speaker(std::move(pipe.write));
    AcpReader reader(speaker, request);
    auto turn = supervise(program, request, reader, interrupt);
    pipe.read.close();  // a speaker that still writes learns that nobody reads
    return turn;
  }

 private:
  std::string spec_;
  std::vector<std::string> words_;
  std::vector<std::string> environment_;
};

}  // namespace

Result<std::unique_ptr<Agent>> make_acp(const BackendOptions& options) {
  TRY_ASSIGN(std::vector<std::string> words, split_command(options.argument));
  if (words.empty()) {
    return fail(Error(ErrorCode::usage, "the agent 'acp' needs the program that speaks the protocol")
                    .then("write --agent \"acp:gemini --acp\""));
  }
  TRY_ASSIGN(words[0], find_agent_program(words[0], options.lab));
  return std::make_unique<AcpAgent>(options.argument, std::move(words), options.environment);
}

}  // namespace leanlab::agent

// JSON-RPC 2.0, a line each. What agents do beyond the protocol's letter was found by trying the real ones.
#include "agent/backends/acp_stream.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <nlohmann/json.hpp>

#include "agent/backends/acp_files.h"
#include "agent/backends/parts.h"
#include "agent/ends.h"
#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr int k_version = 1;
constexpr int k_authentication_required = -32000;
constexpr std::size_t k_plain_bytes = 16u << 10;

bool is_set(const Environment& env, const std::string& name) {
  return std::any_of(env.begin(), env.end(),
                     [&](const auto& entry) { return entry.first == name && !entry.second.empty(); });
}

/// Whether a way to log in needs nobody, since its key is in the agent's environment: it names its variables, or is named after one.
bool needs_nobody(const Json& method, const Environment& env) {
  const Json& variables = part(method, "vars");
  if (variables.is_array() && !variables.empty()) {
    return std::all_of(variables.begin(), variables.end(), [&](const Json& variable) {
      return is_true(variable, "optional") || is_set(env, text_at(variable, "name"));
    });
  }
  std::string name = text_at(method, "id");
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return is_set(env, name);
}

/// The mode in which it asks for nothing and restricts nothing; empty: it has none.
std::string open_mode(const Json& modes) {
  constexpr const char* k_open[] = {"bypassPermissions", "full-access", "yolo"};
  for (const Json& mode : part(modes, "availableModes")) {
    const std::string id = text_at(mode, "id");
    if (std::find(std::begin(k_open), std::end(k_open), id) != std::end(k_open))
      return id == text_at(modes, "currentModeId") ? std::string() : id;
  }
  return {};
}

/// What a tool gave: the text of its content, else its raw output.
std::string result_of(const Json& update) {
  std::string text;
  for (const Json& piece : part(update, "content")) text += text_of_content(part(piece, "content"));
  if (!text.empty()) return text;
  const Json& output = part(update, "rawOutput");
  if (output.is_string()) return output.get<std::string>();
  for (const char* key : {"formatted_output", "aggregated_output", "output"}) {
    if (part(output, key).is_string()) return text_at(output, key);
  }
  const Json& content = part(update, "content");
  return content.is_array() && !content.empty() ? to_line(content)
         : output.is_null()                     ? std::string()
                                                : to_line(output);
}

bool names_version(const std::string& error) {
  return error.find("rotocol") != std::string::npos && error.find("ersion") != std::string::npos;
}

Tokens tokens_of(const Json& usage) {
  const auto either = [&](const char* name, const char* other) {
    return std::max(count_at(usage, name), count_at(usage, other));
  };
  return {either("inputTokens", "input_tokens"), either("outputTokens", "output_tokens"),
          either("cachedReadTokens", "cachedInputTokens"), count_at(usage, "cachedWriteTokens")};
}

}  // namespace

Speaker::~Speaker() {
  close();
  thread_.join();
}

void Speaker::say(const Json& message) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(to_line(message) + '\n');
  changed_.notify_one();
}

void Speaker::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_one();
}

void Speaker::work() {
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

AcpReader::AcpReader(Speaker& speaker, const TurnRequest& request, Setting setting)
    : speaker_(speaker), request_(request), setting_(std::move(setting)) {
  ask(initialize, "initialize",
      Json{{"protocolVersion", k_version},
           {"clientCapabilities",
            Json{{"fs", Json{{"readTextFile", true}, {"writeTextFile", true}}}, {"terminal", false}}},
           {"clientInfo", Json{{"name", "leanlab"}, {"version", "1"}}}});
}

void AcpReader::line(std::string_view line, Progress& progress) {
  const auto message = trim(line).starts_with('{') ? parse_json(line, "stream") : Result<Json>(Json());
  if (!message || !message->is_object()) {
    if (plain_.size() < k_plain_bytes) plain_ += std::string(line) + '\n';
    return;
  }
  const std::string method = text_at(*message, "method");
  if (method.empty()) return answered(*message, progress);
  if (method == "session/update") return updated(part(part(*message, "params"), "update"), progress);
  if (message->contains("id")) asked(*message, progress);
}

void AcpReader::ask(Asked id, const char* method, Json params) {
  speaker_.say(Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}});
}

void AcpReader::open_session() {
  ask(new_session, "session/new", Json{{"cwd", request_.workspace.string()}, {"mcpServers", Json::array()}});
}

void AcpReader::put_prompt() {
  ask(prompt, "session/prompt",
      Json{{"sessionId", session_},
           {"prompt", Json::array({Json{{"type", "text"}, {"text", request_.prompt}}})}});
}

void AcpReader::answered(const Json& message, Progress& progress) {
  const int id = whole_at(message, "id");
  if (id < initialize || id > set_mode) return;  // nothing that was asked
  const auto to = static_cast<Asked>(id);
  if (const Json& error = part(message, "error"); error.is_object()) return failed(to, error, progress);
  const Json& result = part(message, "result");
  switch (to) {
    case initialize:
      return began(result, progress);
    case authenticate:
      return open_session();
    case new_session:
      return opened(result, progress);
    case set_mode:
      return put_prompt();
    case prompt:
      return came_to_end(result, progress);
  }
}

// Nothing more is wanted of it.
void AcpReader::over(Progress& progress) {
  speaker_.close();
  progress.finished();
}

std::string AcpReader::next_method() {
  if (methods_.empty()) return {};
  const std::string method = methods_.front();
  methods_.erase(methods_.begin());
  return method;
}

void AcpReader::failed(Asked asked, const Json& error, Progress& progress) {
  if (asked == set_mode) {
    progress.noticed("it kept its mode: " + text_at(error, "message"));
    return put_prompt();
  }
  error_ = text_at(error, "message");
  error_code_ = whole_at(error, "code");
  if (const Json& data = part(error, "data"); !data.is_null()) error_ += " " + to_line(data);
  const bool wants_login =
      asked == authenticate || (asked == new_session && error_code_ == k_authentication_required);
  if (wants_login) {
    error_code_ = k_authentication_required;
    if (const std::string method = next_method(); !method.empty()) {
      progress.noticed("it logs in by " + method);
      return ask(authenticate, "authenticate", Json{{"methodId", method}});
    }
  }
  if (asked == initialize && names_version(error_))
    unusable_ = fmt::format("it does not speak version {} of the Agent Client Protocol: {}", k_version,
                            clip(printable(error_), 200));
  over(progress);
}

void AcpReader::began(const Json& result, Progress& progress) {
  const Json& version = part(result, "protocolVersion");
  if (version.is_number() && version != k_version) {
    unusable_ = fmt::format("it speaks version {} of the Agent Client Protocol, and leanlab version {}",
                            to_line(version), k_version);
    return over(progress);
  }
  for (const Json& method : part(result, "authMethods")) {
    if (needs_nobody(method, setting_.env)) methods_.push_back(text_at(method, "id"));
    const std::string title = text_at(method, "name");
    if (!title.empty()) offers_ += (offers_.empty() ? "" : ", ") + title;
  }
  open_session();
}

void AcpReader::opened(const Json& result, Progress& progress) {
  error_.clear();
  error_code_ = 0;
  session_ = text_at(result, "sessionId");
  const std::string mode = setting_.held ? open_mode(part(result, "modes")) : std::string();
  if (mode.empty()) return put_prompt();
  progress.noticed("its mode is " + mode + ": the sandbox holds it");
  ask(set_mode, "session/set_mode", Json{{"sessionId", session_}, {"modeId", mode}});
}

void AcpReader::came_to_end(const Json& result, Progress& progress) {
  tell_call(progress);
  stop_reason_ = text_at(result, "stopReason");
  if (const Json& usage = part(result, "usage"); usage.is_object()) tokens_ = tokens_of(usage);
  // Claude's and Gemini's say what each model took, with what the main conversation does not show.
  const Json& quota = part(part(result, "_meta"), "quota");
  const Json& models = part(quota, "model_usage");
  Tokens sum;
  for (const Json& each : models) add(sum, tokens_of(part(each, "token_count")));
  if (sum.input + sum.output > 0) tokens_ = sum;
  if (models.is_array() && models.size() == 1) model_ = text_at(models.front(), "model");
  over(progress);
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
  tell_call(progress);
  if (method == "session/request_permission") {
    tool_called(part(params, "toolCall"), progress);  // Gemini's is not announced otherwise
    tell_call(progress);
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

void AcpReader::tell_call(Progress& progress) {
  if (call_ && told_.insert(call_->id).second) progress.tool_started(call_->id, call_->title, call_->input);
  call_.reset();
}

// Claude's agent announces a call with an empty input and says the next moment what it is about.
void AcpReader::tool_called(const Json& update, Progress& progress) {
  const std::string id = text_at(update, "toolCallId");
  const std::string title = text_at(update, "title");
  const std::string status = text_at(update, "status");
  const Json& input = part(update, "rawInput");
  const bool begins = !told_.contains(id) && !(call_ && call_->id == id);
  if (begins) {
    tell_call(progress);
    reply_.clear();  // what counts is what it says last
    call_ = Call{id, title, input.is_null() ? std::string() : to_line(input)};
  } else if (call_ && call_->id == id) {
    if (!title.empty()) call_->title = title;
    if (!input.is_null()) call_->input = to_line(input);
  }
  const bool more_may_come = begins && input.is_object() && input.empty();
  if (!more_may_come || !status.starts_with("pending")) tell_call(progress);
  if (status == "completed" || status == "failed")
    progress.tool_ended(id, status == "completed", result_of(update));
}

void AcpReader::updated(const Json& update, Progress& progress) {
  const std::string kind = text_at(update, "sessionUpdate");
  if (kind == "tool_call" || kind == "tool_call_update") return tool_called(update, progress);
  tell_call(progress);
  if (kind == "agent_message_chunk") {
    reply_ += text_of_content(part(update, "content"));
    progress.said(text_of_content(part(update, "content")));
  } else if (kind == "agent_thought_chunk") {
    progress.thought(text_of_content(part(update, "content")));
  } else if (kind == "usage_update") {
    const Json& cost = part(update, "cost");
    if (text_at(cost, "currency") == "USD") cost_ = cost_at(cost, "amount");
  }
}

void AcpReader::end(const sandbox::Outcome& outcome, Turn& turn) {
  constexpr const char* k_agent = "the ACP agent";
  turn.reply = reply_;
  turn.tokens = tokens_;
  turn.cost_usd = cost_;
  if (!model_.empty()) turn.model = model_;
  const TurnEnd by_words = end_of(0, error_);
  if (error_code_ == k_authentication_required &&
      (by_words == TurnEnd::failed || by_words == TurnEnd::logged_out)) {
    if (!offers_.empty()) error_ += " (it offers: " + offers_ + ")";
    set_end(turn, TurnEnd::logged_out, k_agent, error_, setting_.login);
  } else if (!error_.empty()) {
    set_end(turn, by_words, k_agent, error_, setting_.login);
  } else if (stop_reason_ == "end_turn") {
    if (const auto limit = limit_in_disguise(reply_)) set_end(turn, *limit, k_agent, reply_, setting_.login);
  } else if (!stop_reason_.empty()) {
    set_end(turn, TurnEnd::failed, k_agent, "it stopped because of " + stop_reason_, setting_.login);
  } else {
    std::string why = "it ended before its answer (" + outcome.status.describe() + ")";
    const std::string said(trim(outcome.err.empty() ? plain_ : outcome.err));
    if (!said.empty()) why += ": " + said;
    set_end(turn, end_of(0, said), k_agent, why, setting_.login);
  }
}

}  // namespace leanlab::agent

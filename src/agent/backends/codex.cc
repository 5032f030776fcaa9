// Codex: `codex exec --json`. Its usage is the thread's running total, so each turn's is the difference. It tells no cost.
// Its own sandbox cannot nest in ours and is switched off inside; where ours protects nothing (tier C) it stays on.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "agent/backends/codex_config.h"
#include "agent/backends/make.h"
#include "agent/backends/parts.h"
#include "agent/ends.h"
#include "agent/home.h"
#include "agent/installation.h"
#include "agent/supervise.h"
#include "base/process.h"
#include "base/strings.h"
#include "sandbox/probe.h"

namespace leanlab::agent {
namespace {

constexpr const char* k_codex_login = "codex login";

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

void CodexReader::line(std::string_view line, Progress& progress) {
  const auto event = trim(line).starts_with('{') ? parse_json(line, "stream") : Result<Json>(Json());
  const std::string type = event ? text_at(*event, "type") : std::string();
  if (type == "thread.started") {
    session_ = text_at(*event, "thread_id");
  } else if (type.starts_with("item.")) {
    item(type, part(*event, "item"), progress);
  } else if (type == "turn.completed") {
    const Json& usage = part(*event, "usage");
    const std::uint64_t cached = count_at(usage, "cached_input_tokens");
    const std::uint64_t input = count_at(usage, "input_tokens");
    total_ = Tokens{input - std::min(cached, input), count_at(usage, "output_tokens"), cached,
                    count_at(usage, "cache_write_input_tokens")};
    completed_ = true;
    progress.finished();
  } else if (type == "turn.failed") {
    error_ = text_at(part(*event, "error"), "message");
    failed_ = true;
    progress.finished();
  } else if (type == "error") {
    error_ = text_at(*event, "message");
    progress.noticed(error_);
  } else if (type.empty() && plain_.size() < (1u << 20)) {
    plain_ += std::string(line) + '\n';
  }
}

void CodexReader::item(const std::string& type, const Json& item, Progress& progress) {
  const std::string kind = text_at(item, "type");
  const std::string id = text_at(item, "id");
  const bool completed = type == "item.completed";
  if (kind == "agent_message" && completed) {
    reply_ = text_at(item, "text");
    progress.said(reply_);
  } else if (kind == "reasoning" && completed) {
    progress.thought(text_at(item, "text"));
  } else if (kind == "error") {
    progress.noticed(text_at(item, "message"));
  } else if (kind == "command_execution" || kind == "mcp_tool_call" || kind == "web_search" ||
             kind == "file_change") {
    const std::string what = kind == "command_execution" ? text_at(item, "command") : to_line(item);
    if (type == "item.started" || kind == "file_change") progress.tool_started(id, kind, what);
    if (completed) {
      const std::string status = text_at(item, "status");
      progress.tool_ended(id, status != "failed" && number_at(item, "exit_code") == 0,
                          kind == "command_execution" ? text_at(item, "aggregated_output") : status);
    }
  }
}

std::optional<Tokens> CodexReader::used() const {
  if (!total_ || session_ != continued_) return total_;
  const auto since = [](std::uint64_t total, std::uint64_t earlier) {
    return total >= earlier ? total - earlier : total;
  };
  return Tokens{since(total_->input, before_.input), since(total_->output, before_.output),
                since(total_->cache_read, before_.cache_read),
                since(total_->cache_write, before_.cache_write)};
}

void CodexReader::end(const sandbox::Outcome& outcome, Turn& turn) {
  if (!session_.empty()) turn.session = session_;
  turn.tokens = used();
  turn.reply = reply_;
  if (completed_ && !limit_in_disguise(reply_)) return;
  if (completed_) return set_end(turn, *limit_in_disguise(reply_), "codex", reply_, k_codex_login);
  if (failed_) return set_end(turn, end_of(0, error_), "codex", error_, k_codex_login);
  const bool ok = outcome.end == sandbox::End::exited && outcome.status.ok();
  const std::string_view words = trim(plain_);
  if (ok && session_.empty() && error_.empty() &&
      !limit_in_disguise(words.empty() ? outcome.err : words)) {  // a wrapper that prints only words, or none
    turn.reply = std::string(words);
    return;
  }
  std::string said = !error_.empty() ? error_ : !trim(outcome.err).empty() ? outcome.err : plain_;
  if (const std::string_view text = trim(said); text.size() > 600)
    said = std::string(text.substr(text.size() - 600));
  if (!session_.empty() && error_.empty()) said = "its stream was cut: it ended without its result. " + said;
  set_end(turn, end_of(0, said), "codex", outcome.status.describe() + ": " + said, k_codex_login);
}

class CodexAgent : public Agent {
 public:
  CodexAgent(fs::path program, std::string model, AgentOptions options)
      : program_(std::move(program)), model_(std::move(model)), options_(std::move(options)) {}
  std::string describe() const override { return model_.empty() ? "codex" : "codex:" + model_; }
  Capabilities capabilities() const override {
    return {.sessions = true,
            .reports_cost = false,
            .reports_tokens = true,
            .learns = false,
            .can_repair = true,
            .free = false};
  }
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) override;

 private:
  [[nodiscard]] std::vector<std::string> words(const TurnRequest& request) const;
  /// What the thread to be continued has used so far.
  [[nodiscard]] Tokens used_before(const TurnRequest& request);
  void remember(const CodexReader& reader);

  fs::path program_;
  std::string model_;
  AgentOptions options_;
  std::mutex mutex_;
  std::map<std::string, Tokens> totals_;  // by thread
};

std::vector<std::string> CodexAgent::words(const TurnRequest& request) const {
  std::vector<std::string> argv = {program_.string(), "exec"};
  if (request.session) argv.insert(argv.end(), {"resume", *request.session});
  const bool ours = sandbox::probe().tier != sandbox::Tier::C;
  argv.insert(argv.end(),
              {"--json", "--skip-git-repo-check", "-c",
               fmt::format("sandbox_mode=\"{}\"", ours ? "danger-full-access" : "workspace-write"), "-c",
               "approval_policy=\"never\"", "-c", "check_for_update_on_startup=false", "-c",
               "analytics.enabled=false"});
  if (!model_.empty()) argv.insert(argv.end(), {"-m", model_});
  if (!options_.effort.empty())
    argv.insert(argv.end(), {"-c", fmt::format("model_reasoning_effort=\"{}\"", options_.effort)});
  argv.insert(argv.end(), options_.args.begin(), options_.args.end());
  argv.emplace_back("-");
  return argv;
}

Tokens CodexAgent::used_before(const TurnRequest& request) {
  if (!request.session) return {};
  const std::lock_guard lock(mutex_);
  const auto known = totals_.find(*request.session);
  return known != totals_.end() ? known->second : request.session_tokens.value_or(Tokens{});
}

void CodexAgent::remember(const CodexReader& reader) {
  if (!reader.total() || reader.session().empty()) return;
  const std::lock_guard lock(mutex_);
  totals_[reader.session()] = *reader.total();
}

Result<Turn> CodexAgent::take_turn(const TurnRequest& request, const Interrupt& interrupt) {
  TRY_ASSIGN(const TurnHome home, TurnHome::make(request.home), "making the agent's home");
  const fs::path users = users_folder("CODEX_HOME", ".codex");
  const fs::path own = home.path() / ".codex";
  TRY(make_directories(own));
  std::error_code error;
  if (!request.session && fs::is_regular_file(users / "config.toml", error)) {
    TRY_ASSIGN(const std::string config, read_file(users / "config.toml", 1u << 20));
    TRY(write_file(own / "config.toml", config, Durability::fast, 0600));
  }
  std::vector<std::string> pass = codex_keys(users / "config.toml");
  pass.insert(pass.end(), {"OPENAI_*", "AZURE_OPENAI_*", "CODEX_API_KEY"});
  AgentProgram program{.agent = "codex",
                       .login = k_codex_login,
                       .argv = words(request),
                       .input = request.prompt,
                       .env = agent_environment(home.path(), pass),
                       .writable = {home.path().string()},
                       .readable = installation_of(program_),
                       .secrets = {},
                       .fds = {},
                       .hosts = codex_hosts(users / "config.toml")};
  program.env.insert(program.env.end(), {{"CODEX_HOME", own.string()}, {"LEANLAB_ROLE", name(request.role)}});
  program.secrets = secrets_in(program.env);
  TRY_ASSIGN(BorrowedLogin login, BorrowedLogin::take(users / "auth.json", own / "auth.json"));
  program.meanwhile = [&login] { return login.give_back(); };
  program.secrets.insert(program.secrets.end(), login.secrets().begin(), login.secrets().end());
  CodexReader reader(request.session.value_or(""), used_before(request));
  TRY_ASSIGN(Turn turn, supervise(program, request, reader, interrupt));
  remember(reader);
  if (request.session && !reader.knew_session() && turn.end == TurnEnd::failed) {
    TurnRequest fresh = request;
    fresh.session.reset();
    if (!request.brief.empty()) fresh.prompt = request.brief + "\n\n" + request.prompt;
    program.argv = words(fresh);
    program.input = fresh.prompt;
    CodexReader again;
    TRY_ASSIGN(turn, supervise(program, fresh, again, interrupt));
    remember(again);
  }
  if (!model_.empty()) turn.model = model_;
  return turn;
}

}  // namespace

Result<std::unique_ptr<Agent>> make_codex(const BackendOptions& options) {
  TRY_ASSIGN(const fs::path program, installed_program("codex", "@openai/codex"));
  return std::make_unique<CodexAgent>(program, options.argument, options.values);
}

Probe probe_codex() {
  Probe probe = probe_program("codex");
  if (!probe.found) return probe;
  const fs::path users = users_folder("CODEX_HOME", ".codex");
  std::error_code error;
  probe.logged_in = fs::exists(users / "auth.json", error) || ::getenv("CODEX_API_KEY") != nullptr ||
                    ::getenv("OPENAI_API_KEY") != nullptr || !codex_keys(users / "config.toml").empty();
  probe.login = k_codex_login;
  return probe;
}

}  // namespace leanlab::agent

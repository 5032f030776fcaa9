// Codex: `codex exec --json`. It tells no cost.
// Its own sandbox cannot nest in ours and is switched off inside; where ours protects nothing (tier C) it stays on.
#include <cstdlib>
#include <map>
#include <mutex>

#include "agent/backends/codex_config.h"
#include "agent/backends/codex_stream.h"
#include "agent/backends/make.h"
#include "agent/home.h"
#include "agent/installation.h"
#include "agent/supervise.h"
#include "base/process.h"
#include "sandbox/probe.h"

namespace leanlab::agent {
namespace {

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

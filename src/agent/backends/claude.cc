// Claude: Claude Code headless; how it is started, and what it gets of a person's machine.
#include <algorithm>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "agent/backends/claude_stream.h"
#include "agent/backends/make.h"
#include "agent/home.h"
#include "agent/installation.h"
#include "agent/supervise.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::agent {
namespace {

const std::vector<std::string> k_passed_on = {
    "ANTHROPIC_*",         "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_*",
    "CLAUDE_CODE_SKIP_*",  "CLAUDE_CODE_DISABLE_*",   "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
    "MAX_THINKING_TOKENS", "API_TIMEOUT_MS",          "DISABLE_*"};

class ClaudeAgent : public Agent {
 public:
  ClaudeAgent(fs::path program, std::string model, AgentOptions options)
      : program_(std::move(program)), model_(std::move(model)), options_(std::move(options)) {}
  std::string describe() const override { return model_.empty() ? "claude" : "claude:" + model_; }
  Capabilities capabilities() const override {
    return {.sessions = true,
            .reports_cost = true,
            .reports_tokens = true,
            .learns = false,
            .can_repair = true,
            .free = false};
  }
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) override;

 private:
  [[nodiscard]] std::vector<std::string> words(const TurnRequest& request) const;
  fs::path program_;
  std::string model_;
  AgentOptions options_;
};

std::vector<std::string> ClaudeAgent::words(const TurnRequest& request) const {
  std::vector<std::string> argv = {program_.string(),   "-p",
                                   "--output-format",   "stream-json",
                                   "--verbose",         "--permission-mode",
                                   "bypassPermissions", "--disallowedTools",
                                   "AskUserQuestion"};
  if (!model_.empty()) argv.insert(argv.end(), {"--model", model_});
  if (request.session) argv.insert(argv.end(), {"--resume", *request.session});
  if (request.budget_usd)
    argv.insert(argv.end(), {"--max-budget-usd", fmt::format("{:.4f}", *request.budget_usd)});
  if (options_.max_turns) argv.insert(argv.end(), {"--max-turns", std::to_string(*options_.max_turns)});
  if (!options_.effort.empty()) argv.insert(argv.end(), {"--effort", options_.effort});
  argv.insert(argv.end(), options_.args.begin(), options_.args.end());
  return argv;
}

/// Its provider, where its login is renewed, and where the environment says that its model is.
std::vector<std::string> claude_hosts() {
  std::vector<std::string> hosts = {"*.anthropic.com", "claude.ai", "*.claude.ai", "claude.com",
                                    "*.claude.com"};
  for (const char* name : {"ANTHROPIC_BASE_URL", "ANTHROPIC_BEDROCK_BASE_URL", "ANTHROPIC_VERTEX_BASE_URL"}) {
    if (const char* url = ::getenv(name); url != nullptr) hosts.emplace_back(url);
  }
  if (::getenv("CLAUDE_CODE_USE_BEDROCK") != nullptr) hosts.emplace_back("*.amazonaws.com");
  if (::getenv("CLAUDE_CODE_USE_VERTEX") != nullptr) hosts.emplace_back("*.googleapis.com");
  return hosts;
}

Environment environment_of(const fs::path& home) {
  std::vector<std::string> pass = k_passed_on;
  if (::getenv("CLAUDE_CODE_USE_BEDROCK") != nullptr) pass.insert(pass.end(), {"AWS_*"});
  if (::getenv("CLAUDE_CODE_USE_VERTEX") != nullptr)
    pass.insert(pass.end(), {"GOOGLE_*", "CLOUD_ML_REGION", "VERTEX_*"});
  Environment env = agent_environment(home, pass);
  env.insert(env.end(), {{"CLAUDE_CONFIG_DIR", (home / ".claude").string()},
                         {"CLAUDE_CODE_MAX_RETRIES", "2"},  // longer pauses are ours: seen and counted
                         {"DISABLE_AUTOUPDATER", "1"},
                         {"IS_SANDBOX", "1"}});
  return env;
}

Result<Turn> ClaudeAgent::take_turn(const TurnRequest& request, const Interrupt& interrupt) {
  TRY_ASSIGN(const TurnHome home, TurnHome::make(request.home), "making the agent's home");
  AgentProgram program{.agent = "claude",
                       .login = k_claude_login,
                       .argv = words(request),
                       .input = request.prompt,
                       .env = environment_of(home.path()),
                       .writable = {home.path().string()},
                       .readable = installation_of(program_),
                       .secrets = {},
                       .fds = {},
                       .hosts = claude_hosts()};
  program.env.emplace_back("LEANLAB_ROLE", name(request.role));
  program.secrets = secrets_in(program.env);
  const fs::path users = users_folder("CLAUDE_CONFIG_DIR", ".claude") / ".credentials.json";
  TRY_ASSIGN(BorrowedLogin login, BorrowedLogin::take(users, home.path() / ".claude/.credentials.json"));
  program.meanwhile = [&login] { return login.give_back(); };
  program.secrets.insert(program.secrets.end(), login.secrets().begin(), login.secrets().end());
  ClaudeReader reader;
  TRY_ASSIGN(Turn turn, supervise(program, request, reader, interrupt));
  if (!request.session || !reader.lost_session()) return turn;
  // The session is gone: once more from the start, with the brief.
  TurnRequest fresh = request;
  fresh.session.reset();
  if (!request.brief.empty()) fresh.prompt = request.brief + "\n\n" + request.prompt;
  program.argv = words(fresh);
  program.input = fresh.prompt;
  ClaudeReader again;
  return supervise(program, fresh, again, interrupt);
}

}  // namespace

Result<std::unique_ptr<Agent>> make_claude(const BackendOptions& options) {
  TRY_ASSIGN(const fs::path program, installed_program("claude", "@anthropic-ai/claude-code"));
  return std::make_unique<ClaudeAgent>(program, options.argument, options.values);
}

Probe probe_claude() {
  Probe probe = probe_program("claude");
  if (!probe.found) return probe;
  const auto set = [](const char* variable) {
    const char* value = ::getenv(variable);
    return value != nullptr && *value != '\0';
  };
  std::error_code error;
  const fs::path users = users_folder("CLAUDE_CONFIG_DIR", ".claude");
  probe.logged_in = set("ANTHROPIC_API_KEY") || set("ANTHROPIC_AUTH_TOKEN") ||
                    set("CLAUDE_CODE_OAUTH_TOKEN") || set("CLAUDE_CODE_USE_BEDROCK") ||
                    set("CLAUDE_CODE_USE_VERTEX") || set("CLAUDE_CODE_USE_FOUNDRY") ||
                    fs::exists(users / ".credentials.json", error);
  probe.login = k_claude_login;
  return probe;
}

}  // namespace leanlab::agent

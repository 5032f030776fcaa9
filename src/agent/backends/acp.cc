// ACP: any agent that speaks the Agent Client Protocol on stdio. It works in its sandbox with its own tools; files it may also ask
// of us, within the same bounds. Whatever else it asks is answered, so that it never waits for us.
#include <cstdlib>

#include "agent/backends/acp_known.h"
#include "agent/backends/acp_stream.h"
#include "agent/backends/codex_config.h"
#include "agent/backends/make.h"
#include "agent/home.h"
#include "agent/installation.h"
#include "agent/supervise.h"
#include "base/process.h"
#include "base/strings.h"
#include "sandbox/probe.h"

namespace leanlab::agent {
namespace {

/// The providers that such agents use, since which one is not known here.
std::vector<std::string> acp_hosts() {
  std::vector<std::string> hosts = {"*.anthropic.com",  "*.claude.ai",        "*.openai.com", "*.chatgpt.com",
                                    "*.googleapis.com", "*.google.com",       "*.mistral.ai", "openrouter.ai",
                                    "*.openrouter.ai",  "*.githubcopilot.com"};
  for (const char* name : {"ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"}) {
    if (const char* url = ::getenv(name); url != nullptr) hosts.emplace_back(url);
  }
  return hosts;
}

/// Whatever it wants to put away after its answer.
constexpr std::chrono::milliseconds k_farewell{2000};
constexpr const char* k_unknown_login =
    "a key in a variable that LEANLAB_AGENT_ENV names (a login in your home is not shown to an agent that "
    "leanlab does not know)";

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
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) override;

 private:
  [[nodiscard]] AgentProgram program(const TurnRequest& request, const fs::path& home) const;
  std::string spec_;
  std::vector<std::string> words_;
  std::vector<std::string> environment_;
};

fs::path folder_of(const KnownAcp& known) {
  return users_folder(known.variable, known.folder);
}

AgentProgram AcpAgent::program(const TurnRequest& request, const fs::path& home) const {
  const KnownAcp* known = known_acp(words_);
  std::vector<std::string> pass = environment_;
  for (std::string& named : named_for_agents()) pass.push_back(std::move(named));
  pass.insert(pass.end(), {"ANTHROPIC_*", "OPENAI_*", "GEMINI_*", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL",
                           "MISTRAL_API_KEY", "CODEX_API_KEY"});
  AgentProgram program{.agent = "the ACP agent",
                       .login = "",
                       .argv = {"/bin/sh", "-c", "exec \"$@\" <&3 3<&-", "sh"},
                       .input = "",
                       .env = {},
                       .writable = {home.string()},
                       .readable = installation_of(words_[0]),
                       .secrets = {},
                       .fds = {},
                       .hosts = acp_hosts(),
                       .farewell = k_farewell};
  program.argv.insert(program.argv.end(), words_.begin(), words_.end());
  for (std::size_t i = 1; i < words_.size(); ++i) {
    if (!fs::path(words_[i]).is_absolute()) continue;
    const auto more = installation_of(words_[i]);
    program.readable.insert(program.readable.end(), more.begin(), more.end());
  }
  if (known != nullptr) {
    if (known->is_codex()) {
      const fs::path config = folder_of(*known) / "config.toml";
      for (std::string& key : codex_keys(config)) pass.push_back(std::move(key));
      for (std::string& host : codex_hosts(config)) program.hosts.push_back(std::move(host));
    }
    pass.insert(pass.end(), known->variables.begin(), known->variables.end());
  }
  program.env = agent_environment(home, pass);
  program.env.insert(program.env.end(), {{"LEANLAB_ROLE", name(request.role)}, {"IS_SANDBOX", "1"}});
  if (known != nullptr) program.env.insert(program.env.end(), known->env.begin(), known->env.end());
  program.secrets = secrets_in(program.env);
  return program;
}

// A file that is no JSON, with comments perhaps, stays as it is.
Status overrule(const fs::path& file, const char* patch) {
  const std::string text = read_file(file, 1u << 20).value_or("{}");
  auto settings = parse_json(text, file.string());
  const auto ours = parse_json(patch, file.string());
  if (!settings || !settings->is_object() || !ours) return {};
  settings->merge_patch(*ours);
  return write_file(file, to_pretty(*settings), Durability::fast, 0600);
}

/// Its own login, copies of its settings, and those of ours. Errors: io.
Result<std::vector<BorrowedLogin>> lend_login(const KnownAcp& known, const fs::path& home) {
  const fs::path users = folder_of(known);
  const fs::path own = home / known.folder;
  std::vector<BorrowedLogin> lent;
  TRY(make_directories(own));
  for (const std::string& name : known.logins) {
    TRY_ASSIGN(BorrowedLogin login, BorrowedLogin::take(users / name, own / name));
    lent.push_back(std::move(login));
  }
  std::error_code error;
  for (const std::string& name : known.settings) {
    if (users.empty() || !fs::is_regular_file(users / name, error)) continue;
    TRY_ASSIGN(const std::string text, read_file(users / name, 1u << 20));
    TRY(write_file(own / name, text, Durability::fast, 0600));
  }
  if (known.overruling.file != nullptr) TRY(overrule(own / known.overruling.file, known.overruling.patch));
  return lent;
}

Result<Turn> AcpAgent::take_turn(const TurnRequest& request, const Interrupt& interrupt) {
  const KnownAcp* known = known_acp(words_);
  TRY_ASSIGN(const TurnHome home, TurnHome::make(request.home), "making the agent's home");
  TRY_ASSIGN(Pipe pipe, make_pipe());
  AgentProgram program = this->program(request, home.path());
  program.fds = {{pipe.read.get(), 3}};
  std::vector<BorrowedLogin> lent;
  if (known != nullptr) {
    TRY_ASSIGN(lent, lend_login(*known, home.path()));
  }
  program.meanwhile = [&lent] {
    std::vector<std::string> secrets;
    for (BorrowedLogin& login : lent) {
      const auto& renewed = login.give_back();
      secrets.insert(secrets.end(), renewed.begin(), renewed.end());
    }
    return secrets;
  };
  for (const BorrowedLogin& login : lent)
    program.secrets.insert(program.secrets.end(), login.secrets().begin(), login.secrets().end());
  Speaker speaker(std::move(pipe.write));
  AcpReader reader(speaker, request,
                   {.env = program.env,
                    .held = sandbox::probe().tier != sandbox::Tier::C,
                    .login = known != nullptr ? known->login : k_unknown_login});
  auto turn = supervise(program, request, reader, interrupt);
  pipe.read.close();  // a speaker that still writes learns that nobody reads
  if (turn && !reader.unusable().empty())
    return fail(Error(ErrorCode::agent_unavailable, fmt::format("{}: {}", describe(), reader.unusable()))
                    .then("choose another version of it, or another agent with --agent"));
  return turn;
}

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

// Command: any program as an agent: prompt on stdin, reply on stdout, non-zero exit is a failed turn.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "agent/backends/make.h"
#include "agent/replies.h"
#include "base/clock.h"
#include "base/process.h"
#include "base/strings.h"
#include "sandbox/launch.h"

namespace leanlab::agent {
namespace {

constexpr std::uint64_t k_reply_bytes = 4u << 20;
constexpr std::size_t k_shown_lines = 8;
/// Of our own environment a program gets these; further ones by name in the options. Locale and time zone are fixed.
constexpr const char* k_passed_on[] = {"PATH",  "HOME",          "USER",        "LOGNAME",
                                       "SHELL", "SSL_CERT_FILE", "SSL_CERT_DIR"};

/// The last lines of what a program said, for people.
std::string last_lines(std::string_view text) {
  auto lines = split_lines(trim(text));
  const std::size_t first = lines.size() > k_shown_lines ? lines.size() - k_shown_lines : 0;
  std::string result;
  for (std::size_t i = first; i < lines.size(); ++i) {
    if (!result.empty()) result += '\n';
    result += clip(printable(lines[i]), 300);
  }
  return result;
}

class CommandAgent : public Agent {
 public:
  CommandAgent(std::string spec, std::vector<std::string> words, std::vector<std::string> environment)
      : spec_(std::move(spec)), words_(std::move(words)), environment_(std::move(environment)) {}

  std::string describe() const override { return "command:" + spec_; }
  Capabilities capabilities() const override {
    return {.sessions = false,
            .reports_cost = false,
            .learns = false,
            .can_repair = true,
            .free = false,
            .roles = {Role::worker, Role::director, Role::critic, Role::architect, Role::fixer,
                      Role::spec_writer, Role::engineer, Role::reviewer, Role::tech_lead}};
  }
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) override;

 private:
  [[nodiscard]] sandbox::Command command(const TurnRequest& request) const;
  [[nodiscard]] Error failure(const sandbox::Outcome& outcome, const TurnRequest& request) const;

  std::string spec_;
  std::vector<std::string> words_;
  std::vector<std::string> environment_;
};

sandbox::Command CommandAgent::command(const TurnRequest& request) const {
  sandbox::Command command;
  command.argv = words_;
  command.cwd = request.workspace;
  command.input = request.prompt;
  const auto pass_on = [&](const std::string& variable) {
    if (const char* value = std::getenv(variable.c_str())) command.env.emplace_back(variable, value);
  };
  for (const char* variable : k_passed_on) pass_on(variable);
  for (const std::string& variable : environment_) pass_on(variable);
  command.env.insert(command.env.end(), {{"LANG", "C.UTF-8"}, {"LC_ALL", "C.UTF-8"}, {"TZ", "UTC"}});
  command.env.emplace_back("LEANLAB_ROLE", name(request.role));
  command.env.emplace_back("LEANLAB_EXPERIMENT", request.suggested_file);
  command.env.emplace_back("LEANLAB_PARENT", request.parent_file);
  command.env.emplace_back("LEANLAB_SEED", std::to_string(request.seed));
  command.env.emplace_back("LEANLAB_PROPOSAL", std::to_string(request.proposal));
  if (!request.previous_error.empty()) {
    // An environment variable holds no NUL, and one string of the environment is limited to 128 KiB by the kernel.
    std::string text = request.previous_error.substr(0, 64u << 10);
    std::erase(text, '\0');
    command.env.emplace_back("LEANLAB_ERROR", std::move(text));
  }
  return command;
}

Error CommandAgent::failure(const sandbox::Outcome& outcome, const TurnRequest& request) const {
  std::string how = outcome.status.describe();
  if (outcome.end == sandbox::End::wall_limit) {
    how = fmt::format("took longer than {}", human_duration(request.limit));
  } else if (outcome.end == sandbox::End::exited) {
    how = "ended with " + how;
  } else {
    how = "was " + how;
  }
  Error error(ErrorCode::goal_not_met, fmt::format("the agent {} {}", spec_, how));
  const std::string said = last_lines(outcome.err);
  error.where = said.empty() ? last_lines(outcome.out) : said;
  return error;
}

Result<Turn> CommandAgent::take_turn(const TurnRequest& request, const Interrupt& interrupt) {
  TRY(interrupt.check());
  sandbox::Policy policy;
  policy.role = sandbox::Role::agent;
  policy.network = true;
  policy.limits.wall = request.limit;
  policy.limits.output_bytes = k_reply_bytes;
  TRY_ASSIGN(const sandbox::Outcome outcome,
             sandbox::run(policy, command(request), sandbox::Tier::C, interrupt),
             "while running the agent {}", spec_);
  TRY(interrupt.check());
  if (outcome.end != sandbox::End::exited || !outcome.status.ok()) return fail(failure(outcome, request));
  Turn turn;
  turn.reply = repair_utf8(outcome.out);
  take_usage(turn);
  turn.transcript = turn.reply;
  if (!outcome.err.empty()) turn.transcript += "\n--- stderr ---\n" + repair_utf8(outcome.err);
  return turn;
}

}  // namespace

Result<std::string> find_agent_program(const std::string& word, const std::filesystem::path& lab) {
  const std::filesystem::path given(word);
  const auto executable = [](const std::filesystem::path& p) {
    std::error_code error;
    return std::filesystem::is_regular_file(p, error) && ::access(p.c_str(), X_OK) == 0;
  };
  if (given.is_absolute() && executable(given)) return word;
  const std::filesystem::path in_lab =
      given.is_absolute() ? given : std::filesystem::absolute(lab / given).lexically_normal();
  if (!given.is_absolute()) {
    if (word.find('/') == std::string::npos) {
      if (const auto found = find_program(word); !found.empty())
        return std::filesystem::absolute(found).string();
    }
    if (executable(in_lab)) return in_lab.string();
  }
  std::error_code error;
  if (std::filesystem::is_directory(in_lab, error))
    return fail(ErrorCode::misconfigured, "the agent {} is a folder, not a program", in_lab.string());
  if (std::filesystem::exists(in_lab, error)) {
    return fail(
        Error(ErrorCode::misconfigured, fmt::format("the agent {} is not executable", in_lab.string()))
            .then(fmt::format("chmod +x {}", join_command(std::vector<std::string>{in_lab.string()}))));
  }
  const bool bare = word.find('/') == std::string::npos;
  return fail(
      Error(ErrorCode::misconfigured, fmt::format("the agent's program '{}' is not there: looked {}{}", word,
                                                  bare ? "on PATH and at " : "at ", in_lab.string()))
          .then("give a path from the lab's folder, as in --agent command:./propose.sh"));
}

Result<std::unique_ptr<Agent>> make_command(const BackendOptions& options) {
  TRY_ASSIGN(std::vector<std::string> words, split_command(options.argument));
  if (words.empty()) {
    return fail(Error(ErrorCode::usage, "the agent 'command' needs a program")
                    .then("write --agent command:./propose.sh"));
  }
  TRY_ASSIGN(words[0], find_agent_program(words[0], options.lab));
  return std::make_unique<CommandAgent>(options.argument, std::move(words), options.environment);
}

}  // namespace leanlab::agent

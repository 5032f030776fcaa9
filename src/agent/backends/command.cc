// Command: any program as an agent: prompt on stdin, reply on stdout, non-zero exit is a failed turn.
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "agent/backends/make.h"
#include "agent/companions.h"
#include "agent/home.h"
#include "agent/installation.h"
#include "agent/replies.h"
#include "agent/supervise.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::agent {
namespace {

constexpr std::uint64_t k_reply_bytes = 4u << 20;
constexpr std::size_t k_shown_lines = 8;

/// The last lines of what a program said, as one.
std::string last_words(std::string_view text) {
  const auto lines = split_lines(trim(text));
  const std::size_t first = lines.size() > k_shown_lines ? lines.size() - k_shown_lines : 0;
  std::string result;
  for (std::size_t i = first; i < lines.size(); ++i) {
    if (!result.empty()) result += " / ";
    result += clip(printable(lines[i]), 300);
  }
  return result;
}

/// Its output is its reply.
class WordsReader : public Reader {
 public:
  WordsReader(const std::string& agent, const std::vector<std::string>& files)
      : agent_(agent), files_(files) {}
  void line(std::string_view, Progress&) override {}
  void end(const sandbox::Outcome& outcome, Turn& turn) override {
    turn.reply = repair_utf8(outcome.out);
    take_usage(turn);
    if (outcome.end == sandbox::End::exited && outcome.status.ok()) return;
    const std::string said = last_words(trim(outcome.err).empty() ? outcome.out : outcome.err);
    turn.end = TurnEnd::failed;
    if (lacks_something(said)) {
      turn.next =
          "it runs in a sandbox: it reads the project, itself, code beside it and what \"sandbox.read\" "
          "names, and "
          "writes its copy of the lab and what \"sandbox.write\" names (docs/agents.md)";
      std::error_code error;
      const auto own = std::find_if(files_.begin(), files_.end(), [](const std::string& file) {
        return !file.starts_with("/usr/") && !file.starts_with("/bin/");
      });
      const fs::path program = own == files_.end() ? fs::path() : fs::canonical(*own, error);
      if (!program.empty())
        turn.next +=
            fmt::format("; to show it its folder, put \"sandbox\": {{\"read\": [\"{}\"]}} into lab.json",
                        program.parent_path().string());
    }
    turn.failure = fmt::format("the agent {} {} {}{}", agent_,
                               outcome.end == sandbox::End::exited ? "ended with" : "was",
                               outcome.status.describe(), said.empty() ? "" : ": " + said);
  }

 private:
  static bool lacks_something(const std::string& said) {
    constexpr const char* k_signs[] = {"No such file",
                                       "Permission denied",
                                       "Read-only file system",
                                       "Operation not permitted",
                                       "ModuleNotFoundError",
                                       "Cannot find module",
                                       "cannot load such file",
                                       "Can't locate",
                                       "ENOENT",
                                       "EACCES"};
    return std::any_of(std::begin(k_signs), std::end(k_signs),
                       [&](const char* sign) { return said.find(sign) != std::string::npos; });
  }
  const std::string& agent_;
  const std::vector<std::string>& files_;
};

/// The script among a command's words: what an interpreter is given first. 0: there is none.
std::size_t script_word(const std::vector<std::string>& words) {
  static const std::set<std::string> k_interpreters = {"sh",    "bash", "dash", "zsh",  "ksh",
                                                       "node",  "bun",  "deno", "perl", "Rscript",
                                                       "julia", "php",  "lua",  "ruby"};
  const std::string name = std::filesystem::path(words[0]).filename().string();
  if (!name.starts_with("python") && !k_interpreters.contains(name)) return 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "-c" || words[i] == "-m" || words[i] == "-e") return 0;
    if (!words[i].starts_with('-')) return i;
  }
  return 0;
}

class CommandAgent : public Agent {
 public:
  CommandAgent(std::string spec, std::vector<std::string> words, std::vector<std::string> environment)
      : spec_(std::move(spec)), words_(std::move(words)), environment_(std::move(environment)) {}

  std::string describe() const override { return "command:" + spec_; }
  Capabilities capabilities() const override {
    return {.sessions = false, .reports_cost = false, .learns = false, .can_repair = true, .free = false};
  }
  Result<Turn> take_turn(const TurnRequest& request, const Interrupt& interrupt) override;

 private:
  [[nodiscard]] Environment environment(const TurnRequest& request, const fs::path& home) const;
  [[nodiscard]] Result<std::vector<std::string>> files(const TurnRequest& request) const;

  std::string spec_;
  std::vector<std::string> words_;
  std::vector<std::string> environment_;
};

Environment CommandAgent::environment(const TurnRequest& request, const fs::path& home) const {
  std::vector<std::string> pass = environment_;
  pass.insert(pass.end(), {"VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT", "PYENV_VERSION"});
  // A login in a variable is passed on by name only.
  for (std::string& named : named_for_agents()) pass.push_back(std::move(named));
  Environment env = agent_environment(home, pass);
  env.emplace_back("LEANLAB_ROLE", name(request.role));
  env.emplace_back("LEANLAB_EXPERIMENT", request.suggested_file);
  env.emplace_back("LEANLAB_PARENT", request.parent_file);
  env.emplace_back("LEANLAB_SEED", std::to_string(request.seed));
  env.emplace_back("LEANLAB_PROPOSAL", std::to_string(request.proposal));
  if (!request.previous_error.empty()) {
    // An environment variable holds no NUL, and one string of the environment is limited to 128 KiB by the kernel.
    std::string text = request.previous_error.substr(0, 64u << 10);
    std::erase(text, '\0');
    env.emplace_back("LEANLAB_ERROR", std::move(text));
  }
  return env;
}

/// The program and the files that its command names. Errors: misconfigured (one is hidden from agents).
Result<std::vector<std::string>> CommandAgent::files(const TurnRequest& request) const {
  std::vector<std::string> files;
  std::error_code error;
  for (const std::string& word : words_) {
    if (word.starts_with('/') && fs::is_regular_file(word, error)) files.push_back(word);
  }
  for (const std::string& file : files) {
    const fs::path real = fs::canonical(file, error);
    for (const std::string& hidden : request.hidden) {
      if (hidden != file && hidden != real) continue;
      return fail(Error(ErrorCode::misconfigured,
                        fmt::format("the agent {} would run {}, which no agent may see", spec_, file))
                      .then("put the agent's program into a file of its own"));
    }
  }
  return files;
}

Result<Turn> CommandAgent::take_turn(const TurnRequest& request, const Interrupt& interrupt) {
  TRY(interrupt.check());
  TRY_ASSIGN(const std::vector<std::string> own, files(request));
  TRY_ASSIGN(const TurnHome home, TurnHome::make(request.home), "making the agent's home");
  AgentProgram program{.agent = describe(),
                       .login = "",
                       .argv = words_,
                       .input = request.prompt,
                       .env = environment(request, home.path()),
                       .writable = {home.path().string()},
                       .readable = reach_of_files(own),
                       .listable = {},
                       .secrets = {},
                       .fds = {},
                       .hosts = {},
                       .speech = AgentProgram::Speech::at_its_end,
                       .kept_output = k_reply_bytes};
  program.secrets = secrets_in(program.env);
  std::vector<std::string> kept = request.hidden;
  kept.insert(kept.end(), request.watched.begin(), request.watched.end());
  Companions beside = companions_of(own, kept);
  program.readable.insert(program.readable.end(), beside.files.begin(), beside.files.end());
  program.listable = std::move(beside.folders);
  WordsReader reader(spec_, own);
  return supervise(program, request, reader, interrupt);
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
    return fail(ErrorCode::agent_unavailable, "the agent {} is a folder, not a program", in_lab.string());
  if (std::filesystem::exists(in_lab, error)) {
    return fail(
        Error(ErrorCode::agent_unavailable, fmt::format("the agent {} is not executable", in_lab.string()))
            .then(fmt::format("chmod +x {}", join_command(std::vector<std::string>{in_lab.string()}))));
  }
  const bool bare = word.find('/') == std::string::npos;
  return fail(
      Error(ErrorCode::agent_unavailable,
            fmt::format("the agent's program '{}' is not there: looked {}{}", word,
                        bare ? "on PATH and at " : "at ", in_lab.string()))
          .then("install it, or give its path from the lab's folder with a slash in it, as ./propose.sh; "
                "`leanlab doctor` lists the agents that are here"));
}

Result<std::unique_ptr<Agent>> make_command(const BackendOptions& options) {
  TRY_ASSIGN(std::vector<std::string> words, split_command(options.argument));
  if (words.empty()) {
    return fail(Error(ErrorCode::usage, "the agent 'command' needs a program")
                    .then("write --agent command:./propose.sh"));
  }
  TRY_ASSIGN(words[0], find_agent_program(words[0], options.lab));
  // `python3 propose.py`: the script lies in the lab, as the program itself may; its copy has none of it.
  std::error_code error;
  if (const std::size_t at = script_word(words); at != 0) {
    const fs::path script = std::filesystem::absolute(options.lab / words[at]).lexically_normal();
    if (fs::is_regular_file(script, error)) words[at] = script.string();
  }
  return std::make_unique<CommandAgent>(options.argument, std::move(words), options.environment);
}

}  // namespace leanlab::agent

// Api: the built-in agent. It talks to a model's API from leanlab's own process; only its shell commands run in the sandbox,
// without a network. A model that knows no tools may write its commands in fenced blocks instead.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "agent/backends/make.h"
#include "agent/backends/parts.h"
#include "agent/ends.h"
#include "agent/home.h"
#include "agent/http/model.h"
#include "agent/installation.h"
#include "agent/supervise.h"
#include "agent/transcript.h"
#include "base/random.h"
#include "base/strings.h"
#include "sandbox/policies.h"
#include "sandbox/probe.h"

namespace leanlab::agent {
namespace {

constexpr std::uint64_t k_most_steps = 100;
constexpr int k_tries = 3;
constexpr std::size_t k_shown_output = 16u << 10;
constexpr std::chrono::milliseconds k_command_limit{600'000};
constexpr std::chrono::milliseconds k_longest_turn{24 * 3600'000};  // where nobody set a limit
constexpr std::chrono::milliseconds k_longest_wait{20'000};

constexpr const char* k_system =
    "You work in a folder on a Linux machine, without a network. You have a shell to look at files, write "
    "them and run "
    "programs. Nobody reads what you say before you have ended. End with the tool finish, or with a message "
    "that "
    "calls no tool; either holds exactly what the task asks you to end with.";
constexpr const char* k_without_tools =
    "\nYou have no tool interface. To run a command write one block that begins with ```sh and ends with "
    "```, and nothing "
    "after it; its output is the next message. A message without such a block ends your turn.";

/// The conversation of a session.
struct Conversation {
  std::vector<Message> messages;
};

class ApiAgent : public Agent {
 public:
  ApiAgent(std::string spec, Endpoint endpoint, const AgentOptions& options)
      : spec_(std::move(spec)),
        endpoint_(std::move(endpoint)),
        most_steps_(options.max_steps.value_or(k_most_steps)) {}
  std::string describe() const override { return "api:" + spec_; }
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
  [[nodiscard]] Result<Turn> converse(const TurnRequest& request, Conversation& talk, Recorder& recorder,
                                      const Interrupt& interrupt);
  [[nodiscard]] Result<Answer> ask(const Conversation& talk, std::chrono::milliseconds left,
                                   Recorder& recorder, const Interrupt& interrupt);
  [[nodiscard]] Result<std::string> use_tool(const ToolCall& call, const TurnRequest& request,
                                             std::chrono::milliseconds left, const fs::path& home,
                                             Recorder& recorder, const Interrupt& interrupt) const;
  [[nodiscard]] Result<std::string> run_command(const TurnRequest& request, const std::string& command,
                                                std::chrono::milliseconds left, const fs::path& home,
                                                Recorder& recorder, const Interrupt& interrupt) const;

  const std::string spec_;  // as the person wrote it, so that it can be written again
  const Endpoint endpoint_;
  const std::uint64_t most_steps_;
  std::atomic<Tools> tools_ = Tools::offered;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Conversation> sessions_;
};

/// The command of a model without tools: the last fenced block of a shell's language.
std::string fenced_command(const std::string& text) {
  for (const char* open : {"```sh\n", "```bash\n", "```shell\n"}) {
    const std::size_t at = text.rfind(open);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + std::string_view(open).size();
    return text.substr(begin, text.find("```", begin) - begin);
  }
  return {};
}

std::string clipped(std::string text) {
  if (text.size() <= k_shown_output) return text;
  const std::size_t half = k_shown_output / 2;
  return fmt::format("{}\n[{} of output left out]\n{}", repair_utf8(text.substr(0, half)),
                     human_bytes(text.size() - k_shown_output), repair_utf8(text.substr(text.size() - half)));
}

Result<std::string> ApiAgent::run_command(const TurnRequest& request, const std::string& command,
                                          std::chrono::milliseconds left, const fs::path& home,
                                          Recorder& recorder, const Interrupt& interrupt) const {
  sandbox::Limits limits;
  limits.wall = std::min(left, k_command_limit);
  limits.output_bytes = 4u << 20;
  std::vector<std::string> readable = request.readable;
  for (const std::string& path : installation_of("/bin/sh")) readable.push_back(path);
  std::vector<std::string> writable = request.writable;
  writable.insert(writable.end(), {request.workspace.string(), home.string()});
  sandbox::Policy policy = sandbox::agent_policy(writable, readable, limits);
  policy.network = false;
  policy.hide = request.hidden;
  policy.watch = request.watched;
  sandbox::Command order;
  order.argv = {"/bin/sh", "-c", command};
  order.cwd = request.workspace;
  order.env = agent_environment(home, {});
  TRY_ASSIGN(const sandbox::Outcome outcome, sandbox::run(policy, order, sandbox::probe().tier, interrupt));
  TRY(interrupt.check());
  for (const sandbox::DeniedCall& call : outcome.denied) recorder.refused({call.name, call.count});
  std::string said = clipped(repair_utf8(outcome.out));
  if (!outcome.err.empty()) said += "\n[stderr]\n" + clipped(repair_utf8(outcome.err));
  if (outcome.end == sandbox::End::wall_limit)
    return said + fmt::format("\n[ended after {}]", human_duration(limits.wall));
  return said + fmt::format("\n[{}]", outcome.status.describe());
}

/// Short pauses are waited here; long ones are the caller's.
Result<Answer> ApiAgent::ask(const Conversation& talk, std::chrono::milliseconds left, Recorder& recorder,
                             const Interrupt& interrupt) {
  const SteadyTime end = system_clock().steady() + left;
  Endpoint endpoint = endpoint_;
  endpoint.silence = usual_clocks().silence;
  Tools offered = tools_;
  std::chrono::milliseconds pause{1000};
  for (int attempt = 1;; ++attempt) {
    const std::string system = std::string(k_system) + (offered == Tools::none ? k_without_tools : "");
    endpoint.limit = std::chrono::duration_cast<std::chrono::milliseconds>(end - system_clock().steady());
    endpoint.limit = std::max(endpoint.limit, std::chrono::milliseconds(1));
    TRY_ASSIGN(Answer answer, ask_model(endpoint, system, talk.messages, offered, interrupt));
    if (answer.end == TurnEnd::done) return answer;
    recorder.notice(answer.problem);
    if (answer.refuses_tools && offered == Tools::offered) {
      tools_ = offered = Tools::none;
      continue;
    }
    if (!answer.again || attempt == k_tries) return answer;
    std::chrono::milliseconds wait = pause;
    if (answer.retry_at)
      wait = std::chrono::duration_cast<std::chrono::milliseconds>(*answer.retry_at - system_clock().now());
    if (wait > k_longest_wait) return answer;
    if (interrupt.wait_for(std::max(wait, std::chrono::milliseconds(50)))) TRY(interrupt.check());
    pause *= 2;
  }
}

std::string argument_of(const ToolCall& call, const char* key) {
  const auto value = parse_json(call.arguments);
  if (!value || !value->is_object()) return {};
  const Json& found = part(*value, key);
  return found.is_string() ? found.get<std::string>() : found.is_null() ? std::string() : to_line(found);
}

Result<std::string> ApiAgent::use_tool(const ToolCall& call, const TurnRequest& request,
                                       std::chrono::milliseconds left, const fs::path& home,
                                       Recorder& recorder, const Interrupt& interrupt) const {
  const std::string command = argument_of(call, "command");
  recorder.tool_call(call.id, call.name, command);
  if (request.on_activity) request.on_activity(clip(printable(command), 100));
  std::string result = "there is no tool of that name, or its arguments are no JSON object with a command";
  if (call.name == "shell" && !command.empty()) {
    TRY_ASSIGN(result, run_command(request, command, left, home, recorder, interrupt));
  }
  recorder.tool_result(call.id, result.ends_with("[exit status 0]"), result);
  return result;
}

Result<Turn> ApiAgent::converse(const TurnRequest& request, Conversation& talk, Recorder& recorder,
                                const Interrupt& interrupt) {
  TRY_ASSIGN(const TurnHome home, TurnHome::make(request.home), "making the agent's home");
  const SteadyTime started = system_clock().steady();
  Turn turn;
  turn.model = endpoint_.model;
  talk.messages.push_back({Message::From::person, request.prompt, {}, {}});
  for (std::uint64_t step = 1; step <= most_steps_; ++step) {
    const auto used =
        std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().steady() - started);
    const auto left = request.limit.count() > 0 ? request.limit - used : k_longest_turn;
    if (left <= std::chrono::milliseconds(0)) {
      set_end(turn, TurnEnd::failed, describe(), "it took longer than " + human_duration(request.limit), "");
      return turn;
    }
    TRY_ASSIGN(Answer answer, ask(talk, left, recorder, interrupt));
    if (answer.tokens) {
      turn.tokens = turn.tokens.value_or(Tokens{});
      add(*turn.tokens, *answer.tokens);
    }
    if (!answer.text.empty()) recorder.text(answer.text);
    if (answer.end == TurnEnd::done && answer.cut && answer.calls.empty()) {
      answer.end = TurnEnd::failed;
      answer.problem = "its answer was cut at the model's token limit";
    }
    if (answer.end != TurnEnd::done) {
      if (is_parked(answer.end) && step == 1) talk.messages.pop_back();  // the same turn comes again
      turn.retry_at = answer.retry_at;
      set_end(turn, answer.end, describe(), answer.problem,
              "a valid key in the environment (leanlab doctor)");
      return turn;
    }
    turn.reply = answer.text;
    if (answer.calls.empty()) {
      if (const std::string command = fenced_command(answer.text); tools_ == Tools::none && !command.empty())
        answer.calls.push_back({fmt::format("step_{}", step), "shell", to_line(Json{{"command", command}})});
    }
    Message said{Message::From::model,
                 answer.text,
                 tools_ == Tools::none ? std::vector<ToolCall>{} : answer.calls,
                 {}};
    talk.messages.push_back(std::move(said));
    if (answer.calls.empty()) return turn;
    for (const ToolCall& call : answer.calls) {
      if (call.name == "finish") {
        turn.reply = argument_of(call, "report");
        talk.messages.push_back({Message::From::tool, "ended", {}, call.id});
        return turn;
      }
      TRY_ASSIGN(std::string result, use_tool(call, request, left, home.path(), recorder, interrupt));
      talk.messages.push_back({tools_ == Tools::none ? Message::From::person : Message::From::tool,
                               std::move(result),
                               {},
                               call.id});
    }
  }
  set_end(turn, TurnEnd::failed, describe(), fmt::format("it came to no end within {} steps", most_steps_),
          "");
  return turn;
}

Result<Turn> ApiAgent::take_turn(const TurnRequest& request, const Interrupt& interrupt) {
  TRY(interrupt.check());
  Conversation talk;
  TurnRequest asked = request;
  const std::string id = request.session.value_or(fmt::format("api-{:016x}", entropy_seed()));
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = sessions_.find(id); known != sessions_.end())
      talk = known->second;
    else if (request.session && !request.brief.empty())
      asked.prompt = request.brief + "\n\n" + request.prompt;
  }
  Recorder recorder(describe(), request.role);
  recorder.watch(request.on_words, {endpoint_.key});
  recorder.prompt(asked.prompt);
  TRY_ASSIGN(Turn turn, converse(asked, talk, recorder, interrupt));
  turn.session = id;
  const std::vector<std::string> secrets{endpoint_.key};
  turn.reply = redact(std::move(turn.reply), secrets);
  turn.denied = recorder.refusals();
  turn.network = sandbox::probe().tier == sandbox::Tier::C ? Network::unverified : Network::none;
  recorder.end(turn);
  turn.transcript = pack_transcript(recorder.take(secrets));
  const std::lock_guard lock(mutex_);
  sessions_[id] = std::move(talk);
  return turn;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::string base_of(const char* name, const char* usual) {
  std::string base = variable(name);
  if (base.empty()) base = usual;
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace

Result<std::unique_ptr<Agent>> make_api(const BackendOptions& options) {
  Endpoint endpoint;
  endpoint.model = options.argument;
  endpoint.temperature = options.values.temperature;
  endpoint.max_tokens = options.values.max_tokens;
  const std::string own = variable("LEANLAB_API_URL");
  bool anthropic =
      own.empty() && (!variable("ANTHROPIC_API_KEY").empty() || variable("OPENAI_API_KEY").empty());
  for (const auto& [prefix, is_anthropic] : {std::pair{"anthropic/", true}, std::pair{"openai/", false}}) {
    if (!endpoint.model.starts_with(prefix)) continue;
    anthropic = is_anthropic;
    endpoint.model.erase(0, std::string_view(prefix).size());
  }
  if (endpoint.model.empty()) {
    return fail(
        Error(ErrorCode::usage, "the agent 'api' needs a model")
            .then(
                "write --agent api:anthropic/MODEL, api:openai/MODEL, or set LEANLAB_API_URL to a server of "
                "your own and write api:MODEL"));
  }
  endpoint.dialect = anthropic ? Dialect::anthropic : Dialect::openai;
  if (!own.empty()) {
    endpoint.base = base_of("LEANLAB_API_URL", "");
    endpoint.key = variable("LEANLAB_API_KEY");
  } else if (anthropic) {
    endpoint.base = base_of("ANTHROPIC_BASE_URL", "https://api.anthropic.com");
    endpoint.key = variable("ANTHROPIC_API_KEY");
  } else {
    endpoint.base = base_of("OPENAI_BASE_URL", "https://api.openai.com/v1");
    endpoint.key = variable("OPENAI_API_KEY");
  }
  if (endpoint.key.empty() && own.empty()) {
    const bool names_provider = endpoint.model != options.argument;
    const char* name = !names_provider
                           ? "none of ANTHROPIC_API_KEY, OPENAI_API_KEY and LEANLAB_API_URL is set"
                       : anthropic ? "ANTHROPIC_API_KEY is not set"
                                   : "OPENAI_API_KEY is not set";
    return fail(Error(ErrorCode::agent_unavailable, fmt::format("the agent api has no key: {}", name))
                    .then(names_provider ? "set it, or set LEANLAB_API_URL to a model server of your own"
                                         : "set LEANLAB_API_URL to a model server of your own, or a key"));
  }
  return std::make_unique<ApiAgent>(options.argument, std::move(endpoint), options.values);
}

Probe probe_api() {
  Probe probe{.found = true, .path = "built in", .version = "", .logged_in = std::nullopt, .login = ""};
  // Whether a key is good cannot be told without spending; and without a model's name it is never chosen by itself.
  if (variable("ANTHROPIC_API_KEY").empty() && variable("OPENAI_API_KEY").empty() &&
      variable("LEANLAB_API_URL").empty())
    probe.logged_in = false;
  probe.login = "export ANTHROPIC_API_KEY=…, OPENAI_API_KEY=… or LEANLAB_API_URL=…";
  return probe;
}

}  // namespace leanlab::agent

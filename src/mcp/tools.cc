// From a tool's arguments to a command line, and from its answer to a result.
#include "mcp/tools.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"

extern char** environ;

namespace leanlab::mcp {

namespace {

using Words = std::vector<std::string>;

constexpr std::chrono::hours k_limit{24};
constexpr std::chrono::milliseconds k_look_again{500};
constexpr double k_longest_wait = 3600;

/// One argument of a tool.
struct Parameter {
  const char* name;
  const char* type;  ///< JSON Schema: string, integer, number, boolean, array
  const char* description;
  bool required = false;
  const char* option = nullptr;  ///< "--n": given so; none: a positional
};

/// A tool that is one command.
struct CommandTool {
  const char* name;
  const char* command;
  const char* description;
  std::vector<Parameter> parameters;
  bool read_only = false;
  Words fixed = {};
  bool owner = false;  ///< an act of the owner: only where the person granted it
};

const std::vector<CommandTool>& reading_tools() {
  static const Parameter lab{"lab", "string", "the lab's name", true};
  static const Parameter agent{"agent", "string", "such as claude, claude:opus, tuner, command:./program",
                               false, "--agent"};
  static const std::vector<CommandTool> table = {
      {"list",
       "list",
       "The project's labs with objective, number of experiments, best value and whether they are sealed.",
       {},
       true},
      {"status", "status", "What is running, what it has cost, and what needs a person.", {}, true},
      {"check",
       "check",
       "Preflight of a lab: free, seconds. ok is false when something must be mended first.",
       {lab},
       true},
      {"show",
       "show",
       "One experiment whole: value, metrics, how it was judged, its source. Or one agent's turn.",
       {{"id", "string", "LAB/NUMBER, or s-… for a turn", true}},
       true},
      {"log",
       "log",
       "What the evaluator of an experiment wrote; a turn's transcript; or a lab's newest turns.",
       {{"id", "string", "LAB/NUMBER, s-…, or LAB", true}},
       true},
      {"verify",
       "verify",
       "Checks a lab's book: chain, seals, files. Do this before claiming a result.",
       {lab},
       true},
      {"estimate",
       "estimate",
       "What a run would cost, from turns on record.",
       {lab, {"n", "integer", "experiments", false, "--n"}, agent},
       true}};
  return table;
}

const std::vector<CommandTool>& acting_tools() {
  static const Parameter lab{"lab", "string", "the lab's name", true};
  static const Parameter agent{"agent", "string", "such as claude, claude:opus, tuner, command:./program",
                               false, "--agent"};
  static const Parameter slug{"slug", "string", "the task", true};
  static const std::vector<CommandTool> table = {
      {"submit",
       "submit",
       "Judges files that lie in the lab's experiments folder, as experiments in the book. Costs nothing.",
       {lab, {"files", "array", "paths of the files", true}}},
      {"run",
       "run",
       "Starts agents on a lab in the background and returns at once. It costs money: call estimate first, "
       "give usd, then call wait.",
       {lab,
        {"n", "integer", "experiments to make (5)", false, "--n"},
        {"parallel", "integer", "at once", false, "--parallel"},
        agent,
        {"usd", "number", "most that it may cost", false, "--usd"},
        {"resume", "boolean", "go on with the last run", false, "--resume"}},
       false,
       {"--detach"}},
      {"cancel", "stop", "Ends the run of a lab; everything recorded stays, and it can be resumed.", {lab}},
      {"gate", "gate", "Runs the gate of a coding task: locked tests, the project's tests. Free.", {slug}},
      {"build",
       "build",
       "Lets engineers work on a coding task until it passes gate and review.",
       {slug, agent}},
      {"spec",
       "spec",
       "Drafts a spec with acceptance tests for a change, and approves it.",
       {{"task", "string", "what to change", true}, agent},
       false,
       {"--yes"},
       true},
      {"init",
       "init",
       "Makes a lab from a description, and approves its evaluator.",
       {{"name", "string", "the lab's name", true},
        {"describe", "string", "what should get better, and how it is measured", true, "--describe"},
        agent},
       false,
       {"--yes"},
       true},
      {"unlock", "unlock", "Opens the sealed evaluator for editing.", {lab}, false, {}, true},
  };
  return table;
}

Json schema_of(const std::vector<Parameter>& parameters) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Parameter& parameter : parameters) {
    Json& property =
        properties[parameter.name] = {{"type", parameter.type}, {"description", parameter.description}};
    if (std::string_view(parameter.type) == "array") property["items"] = {{"type", "string"}};
    if (parameter.required) required.push_back(parameter.name);
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

/// A value as a word; none: it has the wrong type.
std::optional<std::string> word_of(const Json& value, std::string_view type) {
  if (type == "string" && value.is_string()) return value.get<std::string>();
  if (type == "integer" && value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (type == "number" && value.is_number()) return number(value.get<double>());
  return std::nullopt;
}

Status add(Words& options, Words& positionals, const Parameter& parameter, const Json& value) {
  const auto wrong = [&] {
    return fail(ErrorCode::usage, "\"{}\" must be of type {}", parameter.name, parameter.type);
  };
  const std::string_view type = parameter.type;
  if (type == "boolean") {
    if (!value.is_boolean()) return wrong();
    if (value.get<bool>()) options.emplace_back(parameter.option);
    return {};
  }
  Words words;
  if (type == "array") {
    if (!value.is_array() || value.empty()) return wrong();
    for (const Json& item : value) {
      if (!item.is_string()) return wrong();
      words.push_back(item.get<std::string>());
    }
  } else {
    auto word = word_of(value, type);
    if (!word) return wrong();
    words.push_back(std::move(*word));
  }
  if (parameter.option != nullptr) options.emplace_back(parameter.option);
  Words& target = parameter.option != nullptr ? options : positionals;
  target.insert(target.end(), words.begin(), words.end());
  return {};
}

/// The command line. Positionals stand behind "--", so that none of them is taken for an option.
Result<Words> words_of(const CommandTool& tool, const Json& arguments) {
  Words options, positionals;
  for (const auto& [name, value] : arguments.items()) {
    if (std::none_of(tool.parameters.begin(), tool.parameters.end(),
                     [&](const Parameter& p) { return name == p.name; }))
      return fail(ErrorCode::usage, "{} has no argument \"{}\"", tool.name, printable(name));
  }
  for (const Parameter& parameter : tool.parameters) {
    const auto found = arguments.find(parameter.name);
    if (found == arguments.end() && parameter.required)
      return fail(ErrorCode::usage, "\"{}\" is missing", parameter.name);
    if (found != arguments.end()) TRY(add(options, positionals, parameter, *found));
  }
  Words words{tool.command};
  words.insert(words.end(), tool.fixed.begin(), tool.fixed.end());
  words.insert(words.end(), options.begin(), options.end());
  if (!positionals.empty()) words.emplace_back("--");
  words.insert(words.end(), positionals.begin(), positionals.end());
  return words;
}

class Commands {
 public:
  explicit Commands(const ToolOptions& options) : options_(options) {}

  /// Runs one of our commands. Errors: interrupted, internal (it did not answer with an object).
  [[nodiscard]] Result<ToolResult> run(const Words& words, const Interrupt& interrupt) const {
    SpawnRequest request;
    request.argv = {options_.program.string(), "--json", "--no-input"};
    if (!options_.state_dir.empty())
      request.argv.insert(request.argv.end(), {"--state-dir", options_.state_dir});
    request.argv.insert(request.argv.end(), words.begin(), words.end());
    request.cwd = options_.directory;
    request.env = environment();
    TRY_ASSIGN(const ProgramOutput done, run_program(request, k_limit, &interrupt));
    auto value = parse_json(done.out, "the command's answer");
    if (!value || !value->is_object())
      return fail(ErrorCode::internal, "leanlab {} ended with {} and gave no object: {}", words.front(),
                  done.status.describe(), clip(printable(done.err), 500));
    (*value)["exit_code"] = done.status.exit_status;
    const bool failed = value->contains("error");
    return ToolResult{std::move(*value), failed};
  }

 private:
  static std::vector<std::pair<std::string, std::string>> environment() {
    std::vector<std::pair<std::string, std::string>> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      const auto equals = text.find('=');
      if (equals != std::string_view::npos)
        variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    variables.emplace_back("AI_AGENT", "mcp");
    return variables;
  }
  ToolOptions options_;
};

double seconds_of(const Json& arguments) {
  const auto found = arguments.find("seconds");
  const double wanted = found != arguments.end() && found->is_number() ? found->get<double>() : 60;
  return std::clamp(wanted, 0.0, k_longest_wait);
}

/// Polls until the lab's run is over, or the time is.
Tool wait_tool(const Commands& commands) {
  Tool tool{.name = "wait",
            .description =
                "Waits until the run of a lab is over, or for some seconds; then tells how it stands. Call "
                "it again while running is true.",
            .input_schema =
                schema_of({{"lab", "string", "the lab's name", true}, {"seconds", "number", "at most (60)"}}),
            .read_only = true,
            .call = {}};
  tool.call = [commands](const Json& arguments, const Interrupt& interrupt) -> Result<ToolResult> {
    const auto lab = arguments.find("lab");
    if (lab == arguments.end() || !lab->is_string()) return fail(ErrorCode::usage, "\"lab\" is missing");
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds_of(arguments));
    while (true) {
      TRY_ASSIGN(ToolResult status, commands.run({"status"}, interrupt));
      if (status.is_error) return status;
      for (const Json& row : status.value["labs"]) {
        if (row.at("name") != *lab) continue;
        const bool running = !row.at("running").is_null();
        if (running && std::chrono::steady_clock::now() < end) break;
        return ToolResult{{{"lab", *lab}, {"running", running}, {"status", row}}, false};
      }
      const auto& labs = status.value["labs"];
      if (std::none_of(labs.begin(), labs.end(), [&](const Json& row) { return row.at("name") == *lab; }))
        return fail(ErrorCode::not_found, "there is no lab {}", lab->get<std::string>());
      if (interrupt.wait_for(k_look_again)) return fail(ErrorCode::interrupted, "cancelled");
    }
  };
  return tool;
}

/// What an experiment changed against its parent, or another one.
Tool diff_tool(const Commands& commands) {
  Tool tool{.name = "diff",
            .description =
                "What an experiment changed against its parent (or against another experiment), as a unified "
                "diff with both values.",
            .input_schema = schema_of({{"id", "string", "LAB/NUMBER", true},
                                       {"against", "string", "LAB/NUMBER; its parent when left out"}}),
            .read_only = true,
            .call = {}};
  tool.call = [commands](const Json& arguments, const Interrupt& interrupt) -> Result<ToolResult> {
    const auto id = arguments.find("id");
    if (id == arguments.end() || !id->is_string()) return fail(ErrorCode::usage, "\"id\" is missing");
    TRY_ASSIGN(ToolResult one, commands.run({"show", "--", id->get<std::string>()}, interrupt));
    if (one.is_error) return one;
    const Json other_id = arguments.contains("against") ? arguments.at("against") : one.value["parent"];
    if (!other_id.is_string())
      return fail(ErrorCode::not_found, "{} has no parent: name one with \"against\"",
                  id->get<std::string>());
    TRY_ASSIGN(ToolResult other, commands.run({"show", "--", other_id.get<std::string>()}, interrupt));
    if (other.is_error) return other;
    TRY_ASSIGN(const TempDirectory folder, TempDirectory::make());
    const auto source = [](const Json& shown) {
      return shown.at("source").is_string() ? shown.at("source").get<std::string>() : std::string();
    };
    TRY(write_file(folder.path() / "before", source(other.value)));
    TRY(write_file(folder.path() / "after", source(one.value)));
    SpawnRequest request;
    request.argv = {"diff", "-u", "before", "after"};
    request.cwd = folder.path();
    TRY_ASSIGN(const ProgramOutput done, run_program(request, std::chrono::minutes(1), &interrupt));
    return ToolResult{{{"id", *id},
                       {"against", other_id},
                       {"value", one.value["value"]},
                       {"against_value", other.value["value"]},
                       {"diff", repair_utf8(done.out)}},
                      false};
  };
  return tool;
}

}  // namespace

std::vector<Tool> make_tools(const ToolOptions& options) {
  const Commands commands(options);
  std::vector<Tool> tools;
  for (const auto* table : {&reading_tools(), &acting_tools()}) {
    for (const CommandTool& row : *table) {
      if (!options.has_command(row.command) || (row.owner && !options.may_approve)) continue;
      Tool tool{row.name, row.description, schema_of(row.parameters), row.read_only, {}};
      tool.call = [commands, &row](const Json& arguments, const Interrupt& interrupt) -> Result<ToolResult> {
        TRY_ASSIGN(const Words words, words_of(row, arguments));
        return commands.run(words, interrupt);
      };
      tools.push_back(std::move(tool));
    }
  }
  tools.push_back(wait_tool(commands));
  tools.push_back(diff_tool(commands));
  return tools;
}

}  // namespace leanlab::mcp

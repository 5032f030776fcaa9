// Writing what coding agents read.
#include "cli/for_agent.h"

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/strings.h"
#include "cli/labs.h"

namespace leanlab::cli {
namespace {

constexpr std::string_view k_begin = "<!-- leanlab: begin; written by `leanlab init --for-agent` -->";
constexpr std::string_view k_end = "<!-- leanlab: end -->";
constexpr std::string_view k_block =
    "## leanlab\n\n"
    "This project uses leanlab: labs in `.leanlab/` in which one number is improved by\n"
    "judged experiments. When something here should get better by trying many variants, use it instead of "
    "guessing:\n\n"
    "- `leanlab list --json` and `leanlab status --json` show the labs, `leanlab show LAB/N` one "
    "experiment.\n"
    "- Write a file into `.leanlab/LAB/experiments/` and judge it: `leanlab submit LAB FILE --json`. It "
    "costs nothing.\n"
    "- `leanlab run LAB --n 20 --usd 2 --detach` lets agents work; `leanlab estimate LAB` first.\n"
    "- Never edit an evaluator, `results.jsonl` or `.leanlab/state/`. Ask before `unlock`, and before "
    "raising a budget.\n\n"
    "With `leanlab mcp` the same is there as MCP tools.\n";

struct Written {
  std::string file;
  bool changed = false;
};

/// The text with our block in its place, or at its end.
std::string with_block(std::string text) {
  const std::string block = fmt::format("{}\n{}{}\n", k_begin, k_block, k_end);
  const std::size_t begin = text.find("<!-- leanlab: begin");
  const std::size_t end = begin == std::string::npos ? begin : text.find(k_end, begin);
  if (end == std::string::npos) {
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    return text + (text.empty() ? "" : "\n") + block;
  }
  std::size_t after = end + k_end.size();
  if (after < text.size() && text[after] == '\n') ++after;
  return text.substr(0, begin) + block + text.substr(after);
}

Result<std::string> old_text(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::string();
  return read_file(file, 4u << 20);
}

Result<Written> put(const fs::path& root, const std::string& name, const std::string& text) {
  TRY_ASSIGN(const std::string old, old_text(root / name));
  if (old == text) return Written{name, false};
  TRY(make_directories((root / name).parent_path()));
  TRY(write_file(root / name, text, Durability::fsynced), "writing {}", name);
  return Written{name, true};
}

/// `.mcp.json` with our server in it; everything else as it was.
Result<std::string> with_server(const fs::path& file) {
  TRY_ASSIGN(const std::string old, old_text(file));
  Json config = Json::object();
  if (!trim(old).empty()) {
    TRY_ASSIGN(config, parse_json(old, file.string()));
  }
  const Json entry{{"command", "leanlab"}, {"args", {"mcp"}}};
  if (!config.is_object() || (config.contains("mcpServers") && !config["mcpServers"].is_object()))
    return fail(
        Error(ErrorCode::misconfigured, fmt::format("{} holds no {{\"mcpServers\": {{…}}}}", file.string()))
            .then("mend it, then run this again"));
  if (config.contains("mcpServers") && config["mcpServers"].contains("leanlab")) return old;
  config["mcpServers"]["leanlab"] = entry;
  return to_pretty(config);
}

}  // namespace

Result<int> teach_agents(Context& context) {
  const lab::Project project = project_of(context);
  const fs::path& root = project.root;
  TRY_ASSIGN(const fs::path labs, lab::bundled_labs());
  TRY_ASSIGN(const std::string skill, read_file(labs.parent_path() / "skill" / "SKILL.md", 1u << 20));
  // Everything is read before anything is written.
  TRY_ASSIGN(const std::string servers, with_server(root / ".mcp.json"));
  std::vector<std::pair<std::string, std::string>> files{{".claude/skills/leanlab/SKILL.md", skill}};
  for (const char* name : {"CLAUDE.md", "AGENTS.md"}) {
    TRY_ASSIGN(std::string text, old_text(root / name));
    files.emplace_back(name, with_block(std::move(text)));
  }
  files.emplace_back(".mcp.json", servers);
  Json list = Json::array();
  bool changed = false;
  for (const auto& [name, text] : files) {
    TRY_ASSIGN(const Written written, put(root, name, text));
    changed = changed || written.changed;
    list.push_back({{"file", written.file}, {"changed", written.changed}});
    if (!context.wants_json())
      context.print(
          fmt::format("{} {}\n", written.changed ? "wrote    " : "unchanged", (root / name).string()));
  }
  if (context.wants_json()) context.print_json(Json{{"changed", changed}, {"files", std::move(list)}});
  context.say(changed ? "agents that work here now know leanlab"
                      : "nothing to do: agents know leanlab already");
  return 0;
}

}  // namespace leanlab::cli

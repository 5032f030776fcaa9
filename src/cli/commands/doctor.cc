// doctor: what this machine offers, found out by trying.
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/agent.h"
#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/context.h"
#include "cli/ui/table.h"
#include "sandbox/cgroup.h"
#include "sandbox/probe.h"

namespace leanlab::cli {
namespace {

struct Tool {
  std::string name;
  std::string path;     ///< empty: not found
  std::string version;  ///< the first line of `--version`
  std::string remark;   ///< what stands in the way of its use; may be empty
};

Tool look_for(const std::string& name, const std::string& flag = "--version") {
  Tool tool{name, find_program(name).string(), "", ""};
  if (tool.path.empty()) return tool;
  const auto output =
      run_program({.argv = {tool.path, flag}, .cwd = {}, .env = {}, .fds = {}}, std::chrono::seconds(10));
  if (!output) return tool;
  const std::string& text = output->out.empty() ? output->err : output->out;
  tool.version = printable(trim(std::string_view(text).substr(0, text.find('\n'))));
  return tool;
}

Json tool_json(const Tool& tool) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"name", tool.name},
          {"found", !tool.path.empty()},
          {"version", or_null(tool.version)},
          {"path", or_null(tool.path)},
          {"remark", or_null(tool.remark)}};
}

/// Agents: each row of the table, asked for itself.
std::vector<Tool> agents() {
  std::vector<Tool> found;
  for (const agent::Backend& backend : agent::backends()) {
    const agent::Probe probe = backend.probe();
    Tool tool{backend.name, probe.found ? probe.path : std::string(), probe.version, ""};
    if (probe.path == "built in") tool.version = LEANLAB_VERSION;
    if (probe.found && probe.logged_in == false) tool.remark = fmt::format("not logged in: {}", probe.login);
    found.push_back(std::move(tool));
  }
  return found;
}

std::vector<std::string> tier_reasons(const sandbox::ProbeResult& probe) {
  std::vector<std::string> reasons;
  for (const auto& [tier, check] : {std::pair{"A", &probe.a}, std::pair{"B", &probe.b}}) {
    if (check->available) continue;
    reasons.push_back(fmt::format("no tier {}: {}{}{}", tier, check->reason,
                                  check->remedy.empty() ? "" : "; ", check->remedy));
  }
  if (probe.forced) reasons.emplace_back("LEANLAB_FORCE_TIER is set");
  return reasons;
}

// What keeps a run to its limits of memory and processes.
Json limits_json(const sandbox::KernelLimits& limits) {
  const bool by_kernel = !limits.group.empty();
  return {{"by", by_kernel ? "cgroup" : "process"},
          {"cgroup", by_kernel ? Json(limits.group.string()) : Json()},
          {"reason", by_kernel ? Json() : Json(limits.reason)}};
}

std::string limits_lines(const sandbox::KernelLimits& limits) {
  if (!limits.group.empty()) return "  limits: cgroup " + printable(limits.group.string()) + "\n";
  return "  limits: per process; for limits by the kernel start leanlab with systemd-run --user --scope -p "
         "Delegate=yes\n  no limits by the kernel: " +
         printable(limits.reason) + "\n";
}

void print_tools(Context& context, const char* title, const std::vector<Tool>& tools) {
  const ui::Style& style = context.out.style;
  ui::Table table({{""}, {""}, {"", ui::Align::left, ui::Fit::elastic}});
  for (const Tool& tool : tools) {
    const bool found = !tool.path.empty();
    const bool ready = found && tool.remark.empty();
    const std::string mark = ready   ? style.green(context.out.unicode ? "✓" : "+")
                             : found ? style.yellow(context.out.unicode ? "⚠" : "!")
                                     : style.dim("-");
    const std::string remark = tool.remark.empty() ? "" : "  " + style.yellow(tool.remark);
    table.add({"  " + mark, tool.name, found ? tool.version + remark : style.dim("not found")});
  }
  context.print(style.bold(title) + "\n" + table.render(context.out));
}

Result<int> run_doctor(Context& context, const Arguments&) {
  const sandbox::ProbeResult& probe = sandbox::probe();
  const std::vector<std::string> reasons = tier_reasons(probe);
  std::vector<Tool> tools;
  for (const char* name : {"git", "python3", "g++", "clang++", "node", "uv"}) tools.push_back(look_for(name));
  for (const char* name : {"nvidia-smi", "sbatch"}) tools.push_back(look_for(name));
  const std::vector<Tool> found_agents = agents();
  const auto free = free_bytes(context.directory);
  const unsigned cores = std::thread::hardware_concurrency();
  if (context.wants_json()) {
    Json view{{"tier", sandbox::name(probe.tier)},
              {"reasons", reasons},
              {"limits", limits_json(sandbox::kernel_limits())},
              {"agents", Json::array()},
              {"tools", Json::array()}};
    for (const Tool& tool : found_agents) view["agents"].push_back(tool_json(tool));
    for (const Tool& tool : tools) view["tools"].push_back(tool_json(tool));
    view["cores"] = cores;
    view["free_bytes"] = free ? Json(*free) : Json();
    view["version"] = LEANLAB_VERSION;
    context.print_json(view);
    return 0;
  }
  const ui::Style& style = context.out.style;
  const bool weak = probe.tier == sandbox::Tier::C;
  std::string tier = fmt::format("tier {}", sandbox::name(probe.tier));
  context.print(style.bold("Isolation") + "\n  " +
                (weak ? style.yellow(tier + ": UNVERIFIED") : style.green(tier)) + "\n");
  for (const std::string& reason : reasons) context.print("  " + printable(reason) + "\n");
  context.print(limits_lines(sandbox::kernel_limits()));
  print_tools(context, "Agents", found_agents);
  print_tools(context, "Programs", tools);
  context.print(style.bold("Machine") + fmt::format("\n  {}, {} free in {}\n", plural(cores, "core"),
                                                    free ? human_bytes(*free) : "?",
                                                    context.directory.string()));
  return 0;
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor", .run = run_doctor};
}

}  // namespace leanlab::cli

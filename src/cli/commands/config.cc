// config: the settings of a lab that are in force, and where each is from.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/ui/table.h"
#include "lab/config_layers.h"

namespace leanlab::cli {
namespace {

struct Setting {
  const char* name;
  const char* pointer;  ///< where lab.json says it
  Json value;
};

std::vector<Setting> settings_of(const lab::Config& config) {
  const auto seconds = [](std::chrono::milliseconds time) {
    return static_cast<double>(time.count()) / 1000;
  };
  static constexpr const char* k_contracts[] = {"auto", "isolated", "proxied", "in-process"};
  Json agents = Json::object();
  for (const auto& [role, choices] : config.agents) {
    if (choices.size() == 1 && choices.front().weight == 1.0 && choices.front().options.empty()) {
      agents[role] = choices.front().spec;
      continue;
    }
    Json& list = agents[role] = Json::array();
    for (const lab::AgentChoice& choice : choices) {
      list.push_back({{"agent", choice.spec}, {"weight", choice.weight}});
      if (choice.options.empty()) continue;
      if (auto options = parse_json(choice.options)) list.back()["options"] = std::move(*options);
    }
  }
  const auto cap = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  return {
      {"name", "/name", config.name},
      {"description", "/description", config.description},
      {"objective.metric", "/objective/metric", config.objective.metric},
      {"objective.direction", "/objective/direction", lab::name(config.objective.direction)},
      {"experiments_dir", "/experiments_dir", config.experiments_dir},
      {"results_file", "/results_file", config.results_file},
      {"validate_cmd", "/validate_cmd", config.validate_cmd},
      {"eval_cmd", "/eval_cmd", config.eval_cmd},
      {"director_every", "/director_every", config.director_every},
      {"critic_every", "/critic_every", config.critic_every},
      {"max_fix_calls", "/max_fix_calls", config.max_fix_calls},
      {"limits.seconds", "/limits/seconds", seconds(config.evaluation_limit)},
      {"limits.agent_seconds", "/limits/agent_seconds", seconds(config.agent_limit)},
      {"limits.memory_mb", "/limits/memory_mb", config.memory_mb},
      {"limits.processes", "/limits/processes", config.processes},
      {"limits.disk_mb", "/limits/disk_mb", config.disk_mb},
      {"limits.output_mb", "/limits/output_mb", config.output_mb},
      {"parallel.proposals", "/parallel/proposals", config.parallel_proposals},
      {"parallel.evaluations", "/parallel/evaluations", config.parallel_evaluations},
      {"exclusive", "/exclusive", config.exclusive},
      {"resources.cpus", "/resources/cpus", config.cpus},
      {"resources.gpus", "/resources/gpus", config.gpus},
      {"judge", "/judge", k_contracts[static_cast<std::size_t>(config.judge)]},
      {"duplicates", "/duplicates", config.duplicates == lab::Duplicates::allow ? "allow" : "refuse"},
      {"data", "/data", config.data},
      {"sandbox.read", "/sandbox/read", config.sandbox.read},
      {"sandbox.hide", "/sandbox/hide", config.sandbox.hide},
      {"sandbox.network", "/sandbox/network",
       config.sandbox.network.empty() ? Json(false) : Json(config.sandbox.network)},
      {"sandbox.write", "/sandbox/write", config.sandbox.write},
      {"sandbox.devices", "/sandbox/devices", config.sandbox.devices},
      {"sandbox.processes", "/sandbox/processes", config.sandbox.processes},
      {"agents", "/agents", std::move(agents)},
      {"budget.usd", "/budget/usd", cap(config.budget.usd)},
      {"budget.tokens", "/budget/tokens", cap(config.budget.tokens)},
      {"budget.hours", "/budget/hours", cap(config.budget.hours)},
      {"budget.experiments", "/budget/experiments", cap(config.budget.experiments)},
      {"owner.require", "/owner/require", config.owner_must_be_person ? "person" : "anyone"},
  };
}

struct Source {
  std::string shown;
  Json values;
};

// Strongest first.
Result<std::vector<Source>> sources_of(const lab::Config& config) {
  std::vector<Source> sources;
  for (const lab::ConfigLayer& layer : config.layers) {
    TRY_ASSIGN(Json values, parse_json(layer.text, layer.shown));
    sources.insert(sources.begin(), {layer.shown, std::move(values)});
  }
  TRY_ASSIGN(Json values, parse_json(config.text, "lab.json"));
  const bool overruled = !sources.empty() && config.layers.back().rank == lab::ConfigLayer::Rank::above_lab;
  sources.insert(sources.begin() + (overruled ? 1 : 0), {"lab.json", std::move(values)});
  return sources;
}

std::string origin_of(const Setting& setting, const std::vector<Source>& sources) {
  for (const Source& source : sources) {
    // `exclusive` may stand inside `parallel` too.
    const bool said = source.values.contains(Json::json_pointer(setting.pointer)) ||
                      (std::string_view(setting.name) == "exclusive" &&
                       source.values.contains(Json::json_pointer("/parallel/exclusive")));
    if (said) return source.shown == "environment" ? lab::variable_of(setting.pointer) : source.shown;
  }
  return "default";
}

Result<int> run_config(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  TRY_ASSIGN(const auto sources, sources_of(open.config));
  const bool with_origin = arguments.has("--show-origin");
  Json list = Json::array();
  ui::Table table({{"setting"}, {"value", ui::Align::left, ui::Fit::elastic}, {with_origin ? "from" : ""}});
  for (const Setting& setting : settings_of(open.config)) {
    std::string origin = origin_of(setting, sources);
    // A role's agent has a variable, all of them together have none.
    if (origin.empty()) origin = lab::variable_of("/agents/worker");
    list.push_back({{"name", setting.name}, {"value", setting.value}, {"origin", origin}});
    const std::string value =
        setting.value.is_string() ? setting.value.get<std::string>() : to_line(setting.value);
    table.add({setting.name, printable(value), with_origin ? context.out.style.dim(printable(origin)) : ""});
  }
  if (context.wants_json())
    context.print_json(Json{{"lab", open.place.name}, {"settings", std::move(list)}});
  else
    context.print(table.render(context.out));
  return 0;
}

}  // namespace

Command config_command() {
  return {.name = "config",
          .positionals = {{.name = "lab", .kind = Kind::lab}},
          .options = {{.name = "--show-origin"}},
          .run = run_config};
}

}  // namespace leanlab::cli

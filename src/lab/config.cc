// lab.json: which fields there are, their ranges, and those of the contract that are not built yet.
#include "lab/config.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/json.h"
#include "base/strings.h"
#include "lab/config_layers.h"
#include "lab/config_sandbox.h"
#include "lab/config_section.h"
#include "lab/config_team.h"

namespace leanlab::lab {

namespace {

constexpr std::uint64_t k_most_at_once = 10'000;
constexpr double k_thirty_days = 30.0 * 24 * 3600;
constexpr std::size_t k_largest_lab_json = 4u << 20;

std::chrono::milliseconds as_milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::llround(seconds * 1000)));
}

double as_seconds(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

Status read_objective(ConfigSection& top, Config& config) {
  TRY(top.require("objective"));
  TRY_ASSIGN(ConfigSection objective, top.section("objective"));
  TRY(objective.require("metric"));
  TRY(objective.text("metric", config.objective.metric, ConfigSection::Empty::refused));
  for (const char* field : {"tag", "experiment_file", "best_so_far", "notes", "ts", "leanlab"}) {
    if (config.objective.metric == field)
      return objective.wrong("metric",
                             fmt::format("\"objective.metric\" cannot be \"{}\": each row of the results has "
                                         "a field of that name already",
                                         field));
  }
  std::size_t direction = 1;
  TRY(objective.word("direction", {"min", "max"}, direction));
  config.objective.direction = direction == 0 ? Direction::minimise : Direction::maximise;
  objective.finish(config.warnings);
  return {};
}

/// A path inside the lab, in its shortest form.
Status read_inside(ConfigSection& top, const std::string& key, std::string& target) {
  TRY(top.text(key, target, ConfigSection::Empty::refused));
  const std::filesystem::path path(target);
  std::string normal = path.lexically_normal().generic_string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  const bool outside = path.is_absolute() || normal == "." || normal == ".." || normal.starts_with("../");
  if (outside)
    return top.wrong(key, fmt::format("\"{}\" must name something inside the lab's folder, not \"{}\"", key,
                                      clip(printable(target), 60)));
  target = normal;
  return {};
}

Status read_places(ConfigSection& top, Config& config) {
  TRY(read_inside(top, "experiments_dir", config.experiments_dir));
  TRY(read_inside(top, "results_file", config.results_file));
  const std::string& folder = config.experiments_dir;
  if (config.results_file == folder || config.results_file.starts_with(folder + "/"))
    return top.wrong("results_file", "\"results_file\" must not lie in the experiments' folder");
  for (const char* taken : {"lab.json", "task.md", "Director_Notes.md", "Critic_Feedback.md", "agents"}) {
    if (config.results_file == taken || folder == taken)
      return top.wrong(config.results_file == taken ? "results_file" : "experiments_dir",
                       fmt::format("\"{}\" is a file of the lab's own", taken));
  }
  return {};
}

Status read_command(ConfigSection& top, const std::string& key, std::string& target) {
  const Json* value = top.member(key);
  if (value != nullptr && value->is_null()) return {};  // 0.2.1 wrote null for "none"
  TRY(top.text(key, target));
  if (target.empty()) return {};
  const auto words = split_command(target);
  if (!words) return top.wrong(key, fmt::format("\"{}\": {}", key, words.error().message));
  return {};
}

Status read_commands(ConfigSection& top, Config& config) {
  TRY(read_command(top, "validate_cmd", config.validate_cmd));
  TRY(top.require("eval_cmd"));
  TRY(read_command(top, "eval_cmd", config.eval_cmd));
  if (trim(config.eval_cmd).empty())
    return top.wrong("eval_cmd",
                     "\"eval_cmd\" must be the command that scores an experiment, for example "
                     "\"python evaluation.py --experiment {file}\"");
  TRY(read_command(top, "candidate_cmd", config.candidate_cmd));
  return {};
}

Status read_limits(ConfigSection& top, Config& config) {
  TRY_ASSIGN(ConfigSection limits, top.section("limits"));
  double seconds = as_seconds(config.evaluation_limit);
  TRY(limits.number("seconds", 0.05, k_thirty_days, seconds));
  config.evaluation_limit = as_milliseconds(seconds);
  seconds = as_seconds(config.agent_limit);
  TRY(limits.number("agent_seconds", 0.05, k_thirty_days, seconds));
  config.agent_limit = as_milliseconds(seconds);
  TRY(limits.whole("memory_mb", 16, 64u << 20, config.memory_mb));
  TRY(limits.whole("processes", 1, 1'000'000, config.processes));
  TRY(limits.whole("disk_mb", 1, 64u << 20, config.disk_mb));
  TRY(limits.whole("output_mb", 1, 1024, config.output_mb));
  limits.finish(config.warnings);
  return {};
}

Status read_parallel(ConfigSection& top, Config& config) {
  TRY_ASSIGN(ConfigSection parallel, top.section("parallel"));
  TRY(parallel.whole("proposals", 1, k_most_at_once, config.parallel_proposals));
  TRY(parallel.whole("evaluations", 1, k_most_at_once, config.parallel_evaluations));
  // It may stand beside `parallel` or in it.
  TRY(top.boolean("exclusive", config.exclusive));
  if (top.has("exclusive") && parallel.has("exclusive"))
    return parallel.wrong("exclusive", "\"exclusive\" stands twice: beside \"parallel\" and in it");
  TRY(parallel.boolean("exclusive", config.exclusive));
  if (config.exclusive && config.parallel_evaluations > 1) {
    config.warnings.push_back(fmt::format("\"exclusive\" is true: evaluations run one at a time, not {}",
                                          config.parallel_evaluations));
    config.parallel_evaluations = 1;
  }
  parallel.finish(config.warnings);
  return {};
}

Status read_resources(ConfigSection& top, Config& config) {
  TRY_ASSIGN(ConfigSection resources, top.section("resources"));
  TRY(resources.whole("cpus", 0, k_most_at_once, config.cpus));
  TRY(resources.whole("gpus", 0, 1024, config.gpus));
  for (const auto& [key, value] : resources.value()->items()) {
    if (key == "cpus" || key == "gpus") continue;
    const std::vector<std::string> known{"cpus", "gpus"};
    const std::string near = nearest(key, known);
    return resources.unsupported(
        key, fmt::format("\"{}\" is not built yet: there are resources.cpus and resources.gpus{}",
                         clip(printable(resources.shown_name(key)), 60),
                         near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }
  return {};
}

Status read_judging(ConfigSection& top, Config& config) {
  std::size_t index = 0;
  TRY(top.word("judge", {"auto", "isolated", "proxied", "in-process"}, index));
  config.judge = static_cast<JudgeContract>(index);
  index = 0;
  TRY(top.word("duplicates", {"refuse", "allow"}, index));
  config.duplicates = static_cast<Duplicates>(index);
  std::uint64_t repeats = 1;
  TRY(top.whole("repeats", 1, 1'000'000, repeats));
  if (repeats > 1)
    return top.unsupported("repeats", "\"repeats\" above 1 is not built yet: each experiment is judged once");
  if (const Json* executor = top.member("executor"); executor != nullptr) {
    if (!executor->is_string() && !executor->is_object())
      return top.wrong("executor", "\"executor\" must be \"local\"");
    if (*executor != "local")
      return top.unsupported("executor", "an executor other than \"local\" is not built yet");
  }
  return top.texts("data", config.data);
}

/// What is not of one lab alone: it may stand in every layer.
Status read_shared(ConfigSection& top, Config& config) {
  static_cast<void>(top.member("$schema"));  // editors put it there
  TRY(top.whole("director_every", 0, 1'000'000, config.director_every));
  TRY(top.whole("critic_every", 0, 1'000'000, config.critic_every));
  TRY(top.whole("max_fix_calls", 0, 1000, config.max_fix_calls));
  TRY(read_limits(top, config));
  TRY(read_parallel(top, config));
  TRY(read_resources(top, config));
  TRY(read_agents(top, config));
  return {};
}

Status read_owner(ConfigSection& top, Config& config) {
  TRY_ASSIGN(ConfigSection owner, top.section("owner"));
  std::size_t index = 0;
  TRY(owner.word("require", {"anyone", "person"}, index));
  config.owner_must_be_person = index == 1;
  owner.finish(config.warnings);
  return {};
}

Status read_sections(ConfigSection& top, Config& config) {
  TRY(top.text("name", config.name));
  if (const Json* text = top.member("description"); text == nullptr || !text->is_null())
    TRY(top.text("description", config.description));
  TRY(read_objective(top, config));
  TRY(read_places(top, config));
  TRY(read_commands(top, config));
  TRY(read_shared(top, config));
  TRY(read_judging(top, config));
  TRY(read_sandbox(top, config));
  TRY(read_budget(top, config));
  TRY(top.not_built({"accept", "stages", "holdout_cmd", "search"}));
  top.finish(config.warnings);
  return {};
}

/// The file's name in errors: relative where that is shorter.
std::string shown_path(const std::filesystem::path& file) {
  std::error_code error;
  const std::string here = std::filesystem::current_path(error).string() + "/";
  const std::string whole = file.string();
  return !error && whole.starts_with(here) ? whole.substr(here.size()) : whole;
}

}  // namespace

const char* name(Direction direction) {
  return direction == Direction::minimise ? "min" : "max";
}

namespace {

Status read_lab(const std::string& text, const std::string& shown, Config& config) {
  config.text = text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
  TRY_ASSIGN(const Json value, parse_json(config.text, shown));
  ConfigSection top(ConfigSource{config.text, shown}, value, "");
  TRY(top.expect_object());
  return read_sections(top, config);
}

Status read_layer(const ConfigLayer& layer, Config& config) {
  TRY_ASSIGN(const Json value, parse_json(layer.text, layer.shown));
  ConfigSection top(ConfigSource{layer.text, layer.shown}, value, "");
  TRY(top.expect_object());
  TRY(read_shared(top, config));
  if (layer.rank == ConfigLayer::Rank::below_lab) TRY(read_owner(top, config));
  const std::size_t before = config.warnings.size();
  top.finish(config.warnings);
  for (std::size_t i = before; i < config.warnings.size(); ++i)
    config.warnings[i] += " (" + layer.shown + ")";
  return {};
}

}  // namespace

Result<Config> parse_config(const std::string& text, const std::string& shown) {
  Config config;
  TRY(read_lab(text, shown, config));
  return config;
}

Result<Config> load_layers() {
  Config config;
  TRY_ASSIGN(config.layers, find_config_layers());
  for (const ConfigLayer& layer : config.layers) TRY(read_layer(layer, config), "reading {}", layer.shown);
  return config;
}

Result<Config> load_config(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "lab.json";
  TRY_ASSIGN(const std::string text, read_file(file, k_largest_lab_json));
  Config config;
  TRY_ASSIGN(config.layers, find_config_layers());
  for (const ConfigLayer::Rank rank : {ConfigLayer::Rank::below_lab, ConfigLayer::Rank::above_lab}) {
    if (rank == ConfigLayer::Rank::above_lab) {
      Status read = read_lab(text, shown_path(file), config);
      if (!read && read.error().next.empty())
        read.error().next = fmt::format("mend it there, then: leanlab check {}",
                                        join_command(std::vector{folder.filename().string()}));
      TRY(std::move(read));
    }
    for (const ConfigLayer& layer : config.layers)
      if (layer.rank == rank) TRY(read_layer(layer, config), "reading {}", layer.shown);
  }
  if (config.name.empty()) config.name = folder.filename().string();
  return config;
}

}  // namespace leanlab::lab

// `auto` is decided by trying, never by falling back while experiments are judged: a level that an experiment could
// bring about by failing would be an attack.
#include "lab/judging.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/json.h"
#include "base/strings.h"
#include "lab/evaluate.h"
#include "lab/interpreter.h"
#include "sandbox/probe.h"

namespace leanlab::lab {

namespace {

constexpr std::chrono::milliseconds k_sample_limit{30'000};
constexpr std::size_t k_largest_script = 4u << 20;

fs::path judging_memory(const Place& place) {
  return place.state / "judging.json";
}

std::optional<Level> level_named(const std::string& text) {
  for (const Level level : {Level::isolated, Level::proxied, Level::in_process}) {
    if (text == name(level)) return level;
  }
  return std::nullopt;
}

/// What was found before for the same seal.
std::optional<Judging> remembered(const Place& place, const Seal& seal) {
  std::error_code error;
  if (!fs::exists(judging_memory(place), error)) return std::nullopt;
  const auto json = read_json(judging_memory(place).string());
  if (!json || !json->is_object() || json->value("version", 0) != 1) return std::nullopt;
  if (json->value("seal", std::string()) != seal.id) return std::nullopt;
  const auto level = level_named(json->value("level", std::string()));
  if (!level) return std::nullopt;
  return Judging{*level, json->value("why", std::string())};
}

void remember(const Place& place, const Seal& seal, const Judging& judging) {
  if (!make_directories(place.state)) return;  // a lab that can only be read finds out again
  static_cast<void>(write_file(
      judging_memory(place),
      to_pretty(
          Json{{"version", 1}, {"seal", seal.id}, {"level", name(judging.level)}, {"why", judging.why}})));
}

/// Whether a script that eval_cmd names imports leanlab_judge.
bool uses_leanlab_judge(const ResolvedCommand& command, const Place& place) {
  return std::any_of(command.argv.begin() + 1, command.argv.end(), [&](const std::string& word) {
    std::error_code error;
    const fs::path script = place.folder / word;
    if (script.extension() != ".py" || !fs::is_regular_file(script, error)) return false;
    const auto source = read_file(script, k_largest_script);
    if (!source) return false;
    return source->find("from leanlab_judge") != std::string::npos ||
           source->find("import leanlab_judge") != std::string::npos;
  });
}

/// What can be told without running anything.
Result<std::optional<Judging>> by_looking(const Place& place, const Config& config, const Seal& seal,
                                          const std::string& sample) {
  TRY_ASSIGN(const ResolvedCommand command,
             resolve_command(config.eval_cmd, "experiment", place.folder, search_path(seal)));
  if (!command.interpreter)
    return std::optional<Judging>({Level::in_process, fmt::format("its evaluator runs {}, which is no Python",
                                                                  printable(command.argv[0]))});
  if (uses_leanlab_judge(command, place))
    return std::optional<Judging>({Level::isolated, "its evaluator uses leanlab_judge"});
  if (!sample.empty() && fs::path(sample).extension() != ".py")
    return std::optional<Judging>(
        {Level::in_process,
         fmt::format("its experiments ({}) are no Python modules", fs::path(sample).filename().string())});
  if (sample.empty())
    return std::optional<Judging>({Level::proxied, "its evaluator is Python; there is no sample to try"});
  return std::optional<Judging>();
}

Result<Judging> by_trying(const Place& place, const Config& config, const Seal& seal,
                          const std::string& sample, const Interrupt& interrupt) {
  const JudgeOrder order{.command = config.eval_cmd,
                         .file = sample,
                         .lab = place.folder,
                         .seal = &seal,
                         .tier = sandbox::probe().tier};
  TRY_ASSIGN(const TempDirectory scratch, TempDirectory::make());
  const auto executor = exec::make_local_executor({});
  EvaluationManner manner{.level = Level::proxied, .scratch = scratch.path(), .patience = k_sample_limit};
  TRY_ASSIGN(const Evaluation apart, evaluate(order, config, manner, *executor, interrupt));
  TRY(interrupt.check());
  if (apart.judgement.value) return Judging{Level::proxied, fmt::format("{} gets its score so", sample)};
  if (apart.report.outcome.end == sandbox::End::wall_limit)
    return Judging{Level::proxied, fmt::format("{} needs longer than a trial may take", sample)};
  manner.level = Level::in_process;
  TRY_ASSIGN(const Evaluation together, evaluate(order, config, manner, *executor, interrupt));
  TRY(interrupt.check());
  if (!together.judgement.value)
    return Judging{Level::proxied, fmt::format("{} gets no score in any way", sample)};
  return Judging{Level::in_process,
                 fmt::format("{} cannot be judged apart: {}", sample, apart.judgement.reason)};
}

}  // namespace

std::string sample_of(const Place& place, const Config& config) {
  const auto names = list_directory(place.folder / config.experiments_dir);
  if (!names) return {};
  const auto found = std::find_if(names->begin(), names->end(),
                                  [](const std::string& name) { return fs::path(name).stem() == "sample"; });
  return found == names->end() ? "" : config.experiments_dir + "/" + *found;
}

Result<Judging> choose_judging(const Place& place, const Config& config, const Seal& seal,
                               const Interrupt& interrupt) {
  switch (config.judge) {
    case JudgeContract::isolated:
      return Judging{Level::isolated, "lab.json says so"};
    case JudgeContract::proxied:
      return Judging{Level::proxied, "lab.json says so"};
    case JudgeContract::in_process:
      return Judging{Level::in_process, "lab.json says so"};
    case JudgeContract::automatic:
      break;
  }
  if (const auto frozen = level_named(seal.level)) return Judging{*frozen, "its lock says so"};
  if (auto before = remembered(place, seal)) return std::move(*before);
  const std::string sample = sample_of(place, config);
  TRY_ASSIGN(auto judging, by_looking(place, config, seal, sample));
  if (!judging) {
    TRY_ASSIGN(judging, by_trying(place, config, seal, sample, interrupt));
  }
  remember(place, seal, *judging);
  return std::move(*judging);
}

}  // namespace leanlab::lab

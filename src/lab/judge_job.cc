// From a lab's command to a job.
#include "lab/judge_job.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "base/fs.h"
#include "base/strings.h"
#include "lab/config_sandbox.h"
#include "lab/environment.h"
#include "lab/interpreter.h"
#include "lab/seal_files.h"

namespace leanlab::lab {

namespace {

constexpr std::uint32_t k_open_files = 1024;
constexpr std::uint32_t k_files = 100'000;  // in the private folder

bool is_system(const fs::path& path) {
  const std::string first = path.begin() == path.end() ? "" : std::next(path.begin())->string();
  return first == "usr" || first == "bin" || first == "lib" || first == "lib64" || first == "sbin";
}

/// Whether nothing lies below `folder` but sealed files. A cache beside them (`__pycache__`, a `.pyc`) is not sealed, and Python
/// would run it in place of the file that is.
bool is_sealed_whole(const fs::path& lab, const std::string& folder, const std::set<std::string>& sealed) {
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(lab / folder, error))) return true;
  for (fs::recursive_directory_iterator it(lab / folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_directory(error) && !it->is_symlink(error)) continue;
    if (!sealed.contains(it->path().lexically_relative(lab).string())) return false;
  }
  return !error;
}

/// What of the lab may be read: folders whose files are all sealed as one path, so that a thousand files are no
/// thousand rules; then the experiment itself.
std::set<std::string> readable_of_lab(const JudgeOrder& order, const Config& config) {
  const Place place{"", order.lab, {}};
  std::set<std::string> paths{sealed_location(place, order.file).lexically_normal().string()};
  if (order.seal == nullptr) return {order.lab.string()};
  const std::string mixed = fs::path(config.experiments_dir).begin()->string();
  const std::string results = fs::path(config.results_file).begin()->string();
  std::set<std::string> sealed;
  for (const SealedFile& file : order.seal->files) sealed.insert(file.path);
  std::map<std::string, bool> sealed_whole;
  for (const SealedFile& file : order.seal->files) {
    const fs::path path(file.path);
    const std::string top = path.begin()->string();
    bool whole = !path.is_absolute() && top != ".." && top != mixed && top != results && top != "agents";
    if (whole) {
      const auto [known, is_new] = sealed_whole.try_emplace(top, false);
      if (is_new) known->second = is_sealed_whole(order.lab, top, sealed);
      whole = known->second;
    }
    paths.insert(sealed_location(place, whole ? top : file.path).lexically_normal().string());
  }
  return paths;
}

/// Where a program's own libraries lie when it belongs to a prefix of its own, as conda and nvm make them; else empty.
std::string own_prefix(const fs::path& program) {
  if (program.parent_path().filename() != "bin") return {};
  const fs::path prefix = program.parent_path().parent_path();
  std::error_code error;
  const bool own = fs::is_directory(prefix / "conda-meta", error) ||
                   fs::is_directory(prefix / "lib" / "node_modules", error);
  return own ? prefix.string() : "";
}

}  // namespace

std::vector<std::string> program_paths(const ResolvedCommand& command, const fs::path& lab) {
  std::set<std::string> paths;
  const auto add = [&](const std::string& path) {
    std::error_code error;
    const bool in_lab = path.starts_with(lab.string() + "/");
    if (fs::path(path).is_absolute() && !is_system(path) && !in_lab && fs::exists(path, error))
      paths.insert(path);
  };
  if (command.interpreter) {
    for (const std::string& path : {command.interpreter->prefix, command.interpreter->base_prefix}) add(path);
    for (const std::string& path : command.interpreter->search_path) add(path);
  } else {
    std::error_code error;
    const fs::path real = fs::canonical(command.argv[0], error);
    for (const fs::path& path : {fs::path(command.argv[0]), real}) {
      add(path.string());
      add(own_prefix(path));
    }
  }
  return {paths.begin(), paths.end()};
}

sandbox::Limits evaluation_limits(const Config& config) {
  sandbox::Limits limits;
  limits.wall = config.evaluation_limit;
  // All cores busy for the whole time is allowed; only what escapes the wall clock is caught by this.
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  limits.cpu =
      std::chrono::ceil<std::chrono::seconds>(config.evaluation_limit) * cores + std::chrono::seconds(1);
  limits.memory_bytes = config.memory_mb << 20;
  limits.processes = config.processes;
  limits.open_files = k_open_files;
  limits.file_bytes = config.disk_mb << 20;
  limits.disk_bytes = config.disk_mb << 20;
  limits.disk_inodes = k_files;
  limits.output_bytes = config.output_mb << 20;
  return limits;
}

Result<exec::Job> judge_job(const JudgeOrder& order, const Config& config) {
  const std::string path = order.seal == nullptr ? "" : search_path(*order.seal);
  TRY_ASSIGN(ResolvedCommand command, resolve_command(order.command, order.file, order.lab, path));
  exec::Job job;
  job.tier = order.tier;
  job.command.cwd = order.lab;
  job.command.env = judge_environment({.lab = order.lab,
                                       .private_folder = {},
                                       .seed = order.seed,
                                       .interpreter = command.interpreter,
                                       .recorded = order.seal == nullptr ? "" : order.seal->environment});
  job.policy.role = sandbox::Role::in_process;
  job.policy.limits = evaluation_limits(config);
  std::set<std::string> readable = readable_of_lab(order, config);
  for (std::string& path_needed : program_paths(command, order.lab)) readable.insert(std::move(path_needed));
  for (const auto& [name, value] : job.command.env) {
    if (is_data_place(name) && fs::path(value).is_absolute() && !is_system(value)) readable.insert(value);
  }
  for (const std::string& named : config.sandbox.read) readable.insert(lab_path(order.lab, named));
  for (const std::string& named : config.sandbox.hide) job.policy.hide.push_back(lab_path(order.lab, named));
  job.policy.watch = order.watch;
  job.policy.watch.push_back(order.lab.string());
  job.policy.devices = config.sandbox.devices;
  for (const std::string& path_shown : readable) {
    std::error_code error;  // what is not there cannot be shown: `check` asks for a file that does not exist
    if (fs::exists(path_shown, error)) job.policy.paths.push_back({path_shown, sandbox::Access::read});
  }
  // Python lists the folder of a script to import what lies beside it.
  if (order.seal != nullptr) job.policy.paths.push_back({order.lab.string(), sandbox::Access::list});
  job.command.argv = std::move(command.argv);
  job.cpus = config.cpus;
  job.gpus = config.gpus;
  return job;
}

Result<exec::Job> validator_job(const JudgeOrder& order, const Config& config, Level level) {
  if (level == Level::in_process || order.seal == nullptr) return judge_job(order, config);
  std::set<std::string> kept_back;
  if (const auto words = split_command(config.eval_cmd)) kept_back.insert(words->begin(), words->end());
  if (const auto words = split_command(order.command)) {
    for (const std::string& word : *words) kept_back.erase(word);
  }
  for (const std::string& path : config.data) {
    std::string normal = fs::path(path).lexically_normal().string();
    while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
    kept_back.insert(normal);
  }
  kept_back.insert("data");
  Seal shown = *order.seal;
  std::erase_if(shown.files, [&](const SealedFile& file) {
    for (fs::path path = file.path; !path.empty(); path = path.parent_path()) {
      if (kept_back.contains(path.string())) return true;
      if (path == path.parent_path()) break;
    }
    return false;
  });
  JudgeOrder narrowed = order;
  narrowed.seal = &shown;
  TRY_ASSIGN(exec::Job job, judge_job(narrowed, config));
  for (const auto& [name, value] : job.command.env) {
    if (is_data_place(name))
      std::erase_if(job.policy.paths, [&](const auto& rule) { return rule.path == value; });
  }
  std::erase_if(job.command.env, [](const auto& variable) { return is_data_place(variable.first); });
  std::error_code error;
  if (const fs::path shared = order.cache / "public"; !order.cache.empty() && fs::exists(shared, error)) {
    job.policy.paths.push_back({shared.string(), sandbox::Access::read});
    job.command.env.emplace_back("LEANLAB_CACHE_DIR", shared.string());
  }
  return job;
}

std::string protection_line(Level level, sandbox::Tier tier) {
  std::string line = fmt::format("level {}, tier {}: ", name(level), sandbox::name(tier));
  if (tier == sandbox::Tier::C)
    return line + "UNVERIFIED, an experiment that wants to can forge its score and touch your files";
  if (level != Level::in_process)
    return line +
           fmt::format(
               "an experiment runs apart from its judge, without its answers and its result channel, {}",
               tier == sandbox::Tier::A ? "sees its own file only, and has no network"
                                        : "reads its own file only, and has no network");
  line += tier == sandbox::Tier::A ? "an experiment sees its judge's files only, and no network"
                                   : "an experiment reads only what is listed, and has no network";
  if (level == Level::in_process)
    line += "; it shares its judge's process, so it could still forge its own score";
  return line;
}

}  // namespace leanlab::lab

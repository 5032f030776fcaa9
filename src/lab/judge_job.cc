// From a lab's command to a job.
#include "lab/judge_job.h"

#include <algorithm>
#include <thread>

#include "base/strings.h"
#include "lab/environment.h"
#include "lab/interpreter.h"

namespace leanlab::lab {

namespace {

constexpr std::uint32_t k_open_files = 1024;

std::string recorded_path(const std::string& environment) {
  for (const std::string_view line : split_lines(environment)) {
    if (line.starts_with("PATH=")) return std::string(line.substr(5));
  }
  return {};
}

}  // namespace

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
  limits.output_bytes = config.output_mb << 20;
  return limits;
}

Result<exec::Job> judge_job(const JudgeOrder& order, const Config& config) {
  TRY_ASSIGN(ResolvedCommand command,
             resolve_command(order.command, order.file, order.lab, recorded_path(order.environment)));
  exec::Job job;
  job.policy.role = sandbox::Role::in_process;
  job.policy.limits = evaluation_limits(config);
  job.policy.paths = {{order.folder.string(), sandbox::Access::read},
                      {order.private_folder.string(), sandbox::Access::write}};
  // A program of the lab's own is run from where the job runs.
  const std::string lab = order.lab.string() + "/";
  if (order.folder != order.lab && !command.interpreter && command.argv[0].starts_with(lab))
    command.argv[0] = (order.folder / command.argv[0].substr(lab.size())).string();
  if (command.interpreter && command.interpreter->prefix != command.interpreter->base_prefix)
    job.policy.paths.push_back({command.interpreter->prefix, sandbox::Access::read});
  job.command.argv = std::move(command.argv);
  job.command.cwd = order.folder;
  job.command.env = judge_environment(
      {order.lab, order.private_folder, order.seed, command.interpreter, order.environment});
  job.cpus = config.cpus;
  job.gpus = config.gpus;
  return job;
}

}  // namespace leanlab::lab

// The manifest: what a score depends on, its identity, and the two proofs that it is unchanged.
#include "lab/seal.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/config_sandbox.h"
#include "lab/environment.h"
#include "lab/interpreter.h"
#include "lab/seal_files.h"
#include "lab/seal_manifest.h"

namespace leanlab::lab {

namespace {

// Files up to this size are hashed in the cheap proof as well: reading them costs no more than the look at their stat.
constexpr std::uint64_t k_small = 16 * 1024;

/// What the config says about judging, as canonical JSON.
std::string limits_of(const Config& config) {
  Json limits;
  limits["metric"] = config.objective.metric;
  limits["direction"] = name(config.objective.direction);
  limits["seconds"] = static_cast<double>(config.evaluation_limit.count()) / 1000;
  limits["memory_mb"] = config.memory_mb;
  limits["processes"] = config.processes;
  limits["disk_mb"] = config.disk_mb;
  limits["output_mb"] = config.output_mb;
  limits["cpus"] = config.cpus;
  limits["gpus"] = config.gpus;
  limits["exclusive"] = config.exclusive;
  limits["judge"] = static_cast<int>(config.judge);
  limits["data"] = config.data;
  if (!config.candidate_cmd.empty()) limits["candidate_cmd"] = config.candidate_cmd;
  if (const std::string sandbox = sandbox_text(config.sandbox); !sandbox.empty()) limits["sandbox"] = sandbox;
  return to_line(limits);
}

/// The program behind eval_cmd, as one line that changes when another version is installed.
std::string describe_program(const ResolvedCommand& command, const Place& place) {
  if (command.interpreter) {
    const Interpreter& python = *command.interpreter;
    // A virtual environment in the project moves with it.
    const std::string project = place.folder.parent_path().parent_path().string() + "/";
    std::string prefix = python.prefix;
    if (prefix.starts_with(project)) prefix = "<project>/" + prefix.substr(project.size());
    return fmt::format("Python {} {} prefix {}", python.version, python.real, prefix);
  }
  std::error_code error;
  const fs::path real = fs::canonical(command.argv[0], error);
  const bool in_lab = real.string().starts_with(place.folder.string() + "/");
  return error || in_lab ? "" : real.string();
}

tl::unexpected<Error> changed(const Seal& seal, const Place& place, const std::string& what) {
  const std::string word = join_command(std::vector<std::string>{place.name});
  return fail(
      Error(ErrorCode::integrity, what)
          .then(
              seal.locked
                  ? fmt::format(
                        "restore it, or accept the change with leanlab unlock {0} and leanlab lock {0}", word)
                  : fmt::format("start the run again; leanlab lock {} guards against this", word)));
}

std::string since(const Seal& seal) {
  return seal.locked ? "since the lab was locked" : "since the run began";
}

Status prove_file(const Seal& seal, const SealedFile& sealed, const Place& place) {
  const std::string shown = clip(printable(sealed.path), 80);
  const auto now = hash_sealed(place, sealed.path);
  if (!now)
    return changed(seal, place, fmt::format("the sealed file {} is gone: {}", shown, now.error().message));
  if (now->sha256 != sealed.sha256 || now->link != sealed.link)
    return changed(seal, place, fmt::format("the sealed file {} has changed {}", shown, since(seal)));
  if (now->executable != sealed.executable)
    return changed(seal, place,
                   fmt::format("the sealed file {} has become {}executable {}", shown,
                               now->executable ? "" : "not ", since(seal)));
  return {};
}

}  // namespace

std::string seal_id(const Seal& seal) {
  Json content;
  content["files"] = Json::array();
  for (const SealedFile& file : seal.files)
    content["files"].push_back(Json::array({file.path, file.sha256, file.link, file.executable}));
  content["eval_cmd"] = seal.eval_cmd;
  content["validate_cmd"] = seal.validate_cmd;
  content["limits"] = seal.limits;
  content["interpreter"] = seal.interpreter;
  if (!seal.level.empty()) content["level"] = seal.level;
  return sha256_hex(to_line(content));
}

void freeze_level(Seal& seal, Level level) {
  seal.level = name(level);
  seal.id = seal_id(seal);
}

std::string search_path(const Seal& seal) {
  for (const std::string_view line : split_lines(seal.environment)) {
    if (line.starts_with("PATH=")) return std::string(line.substr(5));
  }
  return {};
}

Result<Seal> make_seal(const Place& place, const Config& config) {
  Seal seal;
  TRY_ASSIGN(const ResolvedCommand command, resolve_command(config.eval_cmd, "experiment", place.folder),
             "resolving eval_cmd of {}", place.name);
  if (const std::string missing = missing_script(config.eval_cmd, place.folder); !missing.empty()) {
    return fail(Error(ErrorCode::misconfigured, fmt::format("\"eval_cmd\" names {}, which is not in {}",
                                                            printable(missing), place.folder.string()))
                    .then("leanlab check " + join_command(std::vector<std::string>{place.name})));
  }
  TRY_ASSIGN(const auto paths, sealed_paths(place, config), "sealing {}", place.name);
  for (const std::string& path : paths) {
    TRY_ASSIGN(SealedFile file, hash_sealed(place, path), "sealing {}", place.name);
    seal.files.push_back(std::move(file));
  }
  seal.eval_cmd = config.eval_cmd;
  seal.validate_cmd = config.validate_cmd;
  seal.limits = limits_of(config);
  seal.interpreter = describe_program(command, place);
  seal.environment = sealed_environment(command.interpreter, place.folder);
  seal.ts = iso8601(system_clock().now());
  seal.id = seal_id(seal);
  return seal;
}

Status prove_seal(const Seal& seal, const Place& place, const Config& config) {
  if (seal_id(seal) != seal.id) return changed(seal, place, "the seal itself has been edited");
  if (config.eval_cmd != seal.eval_cmd)
    return changed(seal, place, fmt::format("\"eval_cmd\" in lab.json has changed {}", since(seal)));
  if (config.validate_cmd != seal.validate_cmd)
    return changed(seal, place, fmt::format("\"validate_cmd\" in lab.json has changed {}", since(seal)));
  if (const std::string now = limits_of(config); now != seal.limits)
    return changed(seal, place,
                   fmt::format("the objective, limits or data in lab.json have changed {}: {} was {}",
                               since(seal), now, seal.limits));
  const auto command = resolve_command(config.eval_cmd, "experiment", place.folder, search_path(seal));
  if (!command) return changed(seal, place, "the evaluator's program is gone: " + command.error().message);
  if (const std::string now = describe_program(*command, place); now != seal.interpreter)
    return changed(
        seal, place,
        fmt::format("the evaluator's program has changed {}: {} was {}", since(seal), now, seal.interpreter));
  for (const SealedFile& file : seal.files) TRY(prove_file(seal, file, place));
  return {};
}

Status prove_seal_quickly(const Seal& seal, const Place& place) {
  for (const SealedFile& sealed : seal.files) {
    const auto now = stat_sealed(place, sealed.path);
    const bool same = now && now->size == sealed.size && now->inode == sealed.inode &&
                      now->ctime_ns == sealed.ctime_ns && sealed.size > k_small;
    if (!same) TRY(prove_file(seal, sealed, place));
  }
  return {};
}

Result<std::string> stamp_sealed(const Seal& seal, const Place& place) {
  std::string stamp;
  for (const SealedFile& sealed : seal.files) {
    const auto now = stat_sealed(place, sealed.path);
    if (!now)
      return changed(seal, place,
                     fmt::format("the sealed file {} is gone: {}", clip(printable(sealed.path), 80),
                                 now.error().message));
    stamp += fmt::format("{} {} {}\n", now->inode, now->size, now->ctime_ns);
  }
  return stamp;
}

Result<std::vector<std::string>> files_since(const Seal& seal, const Place& place, const Config& config) {
  TRY_ASSIGN(std::vector<std::string> paths, sealed_paths(place, config));
  std::erase_if(paths, [&](const std::string& path) {
    return std::any_of(seal.files.begin(), seal.files.end(),
                       [&](const SealedFile& file) { return file.path == path; });
  });
  return paths;
}

}  // namespace leanlab::lab

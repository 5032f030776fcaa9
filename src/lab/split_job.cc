// The judge gets a stub in place of the experiment, the candidate's worker gets the experiment and nothing else.
#include "lab/split_job.h"

#include <algorithm>

#include "base/fs.h"
#include "base/strings.h"
#include "lab/config_sandbox.h"
#include "lab/environment.h"
#include "lab/evaluate.h"
#include "lab/interpreter.h"
#include "lab/seal_files.h"
#include "sandbox/policies.h"

namespace leanlab::lab {

namespace {

// As python/leanlab_judge/watch.py says it.
constexpr std::string_view k_us = "leanlab: ";
constexpr std::size_t k_most_tries = 24, k_try_columns = 200;

// The evaluator finds a file, but whatever runs it by a way that the hook does not cover fails loudly.
constexpr const char* k_stub =
    "\"\"\"leanlab runs this experiment in another process; the evaluator sees this file in its "
    "place.\"\"\"\n"
    "raise ImportError(\"leanlab: the evaluator read the experiment's file in a way that cannot be proxied "
    "(docs/judging.md)\")\n";

/// What the experiment's process gets of the judge's environment: nothing about the run, no places of data.
Environment candidate_environment(const Environment& judge) {
  Environment environment;
  for (const auto& [name, value] : judge) {
    const bool ours = name.starts_with("LEANLAB_") || name == "PYTHONPATH" || name == "CPLUS_INCLUDE_PATH";
    if (!is_data_place(name) && !ours) environment.emplace_back(name, value);
  }
  return environment;
}

/// What an experiment must never see, though a folder that it may read could hold it: its lab, and sealed files elsewhere.
std::vector<std::string> kept_back(const JudgeOrder& order) {
  std::vector<std::string> paths{order.lab.string()};
  if (order.seal == nullptr) return paths;
  const Place place{"", order.lab, {}};
  for (const SealedFile& file : order.seal->files) {
    const fs::path path = sealed_location(place, file.path).lexically_normal();
    const std::string inside = path.lexically_relative(order.lab).string();
    if (inside.empty() || inside.starts_with("..")) paths.push_back(path.string());
  }
  return paths;
}

/// How the experiment's process ended, when that explains why its judge failed; else empty.
std::string candidate_end(const sandbox::Outcome& candidate) {
  if (candidate.end == sandbox::End::interrupted) return {};  // by us, when the judge had ended
  if (candidate.end == sandbox::End::exited && candidate.status.ok()) return {};
  if (candidate.end == sandbox::End::exited || candidate.end == sandbox::End::signalled)
    return fmt::format("; the experiment's process {}", candidate.status.describe());
  return fmt::format("; the experiment's process was stopped: {}", sandbox::name(candidate.end));
}

/// A folder of ours that holds `file`. Installed: <prefix>/bin/leanlab and <prefix>/share/leanlab/NAME; in the build
/// tree: build/dev/… in the sources.
Result<fs::path> bundled(const char* name, const char* file) {
  std::error_code error;
  for (fs::path folder = executable_path().parent_path();; folder = folder.parent_path()) {
    for (const fs::path& found : {folder / "share" / "leanlab" / name, folder / name}) {
      if (fs::is_regular_file(found / file, error)) return found;
    }
    if (!folder.has_relative_path()) break;
  }
  return fail(Error(ErrorCode::misconfigured,
                    fmt::format("leanlab's own {} is not found beside {}", file, executable_path().string()))
                  .then("install leanlab again, with its share folder"));
}

/// The judge's half: the stub in place of the experiment, our modules, a cache of its own.
Result<exec::Job> judge_half(const JudgeOrder& order, const Config& config, Level level,
                             const fs::path& scratch, bool python) {
  const fs::path experiment = (order.lab / order.file).lexically_normal();
  // A file that is not there has no stub: the evaluator is to find that out by itself.
  std::error_code error;
  const bool there = fs::exists(experiment, error);
  const fs::path stub = there ? scratch / experiment.filename() : experiment;
  if (there) TRY(write_file(stub, k_stub), "writing the stub of {}", order.file);
  JudgeOrder shown = order;
  shown.file = stub.string();
  TRY_ASSIGN(exec::Job job, judge_job(shown, config));
  job.policy.role = sandbox::Role::judge;
  job.policy.hide.clear();
  job.policy.watch.clear();  // it runs nothing of the experiment's
  const auto show = [&](const fs::path& path, sandbox::Access access) {
    job.policy.paths.push_back({path.string(), access});
  };
  // The folder too: an import by name lists it.
  if (there) {
    std::erase_if(job.policy.paths, [&](const auto& rule) { return rule.path == stub.string(); });
    show(scratch, sandbox::Access::read);
  }
  if (python) {
    TRY_ASSIGN(const fs::path modules, bundled_python());
    show(modules, sandbox::Access::read);
    job.command.env.emplace_back(
        "PYTHONPATH", (level == Level::proxied ? modules / "leanlab_judge" / "auto" : modules).string());
  } else {
    TRY_ASSIGN(const fs::path headers, bundled_cpp());
    show(headers, sandbox::Access::read);
    job.command.env.emplace_back("CPLUS_INCLUDE_PATH", headers.string());
  }
  if (!order.cache.empty()) {
    show(order.cache, sandbox::Access::write);
    job.command.env.emplace_back("LEANLAB_CACHE_DIR", order.cache.string());
  }
  exec::Candidate candidate;
  candidate.contract = name(level);
  candidate.objective = config.objective.metric;
  candidate.shown = stub;
  job.candidate = std::move(candidate);
  return job;
}

/// What every experiment may see: its own file, and what lab.json calls public.
std::vector<std::string> candidate_paths(const JudgeOrder& order, const Config& config) {
  std::vector<std::string> paths{(order.lab / order.file).lexically_normal().string()};
  for (const std::string& named : config.sandbox.read) paths.push_back(lab_path(order.lab, named));
  std::error_code error;
  std::erase_if(paths, [&](const std::string& path) { return !fs::exists(path, error); });
  return paths;
}

/// The experiment is a Python module: our worker loads it.
Status python_worker(const JudgeOrder& order, const Interpreter& interpreter, exec::Candidate& candidate,
                     std::vector<std::string>& readable) {
  TRY_ASSIGN(const fs::path python, bundled_python());
  readable.push_back(python.string());
  candidate.command.argv = {interpreter.program,
                            "-I",
                            "-B",
                            (python / "leanlab_judge" / "worker.py").string(),
                            std::to_string(exec::k_candidate_read_fd),
                            std::to_string(exec::k_candidate_write_fd),
                            (order.lab / order.file).lexically_normal().string()};
  candidate.command.cwd = "/";
  return {};
}

/// lab.json says what serves the experiment: it finds its pipes as descriptors 3 and 4.
Status own_worker(const JudgeOrder& order, const Config& config, exec::Candidate& candidate,
                  std::vector<std::string>& readable) {
  const std::string path = order.seal == nullptr ? "" : search_path(*order.seal);
  TRY_ASSIGN(ResolvedCommand command, resolve_command(config.candidate_cmd, order.file, order.lab, path));
  TRY_ASSIGN(const fs::path headers, bundled_cpp());
  readable.push_back(headers.string());
  for (std::string& needed : program_paths(command, order.lab)) readable.push_back(std::move(needed));
  candidate.command.argv = std::move(command.argv);
  candidate.command.cwd = order.lab;
  candidate.command.env.emplace_back("CPLUS_INCLUDE_PATH", headers.string());
  if (!order.cache.empty()) {
    const std::string shared = (order.cache / "public").string();
    readable.push_back(shared);
    candidate.command.env.emplace_back("LEANLAB_CACHE_DIR", shared);
  }
  return {};
}

}  // namespace

Result<fs::path> bundled_python() {
  TRY_ASSIGN(const fs::path worker, bundled("python", "leanlab_judge/worker.py"));
  return worker;
}

Result<fs::path> bundled_cpp() {
  return bundled("cpp", "leanlab_judge.h");
}

Result<exec::Job> split_job(const JudgeOrder& order, const Config& config, Level level,
                            const fs::path& scratch) {
  const std::string path = order.seal == nullptr ? "" : search_path(*order.seal);
  TRY_ASSIGN(const ResolvedCommand command, resolve_command(order.command, order.file, order.lab, path));
  const bool python = command.interpreter.has_value();
  if (!python && (level == Level::proxied || config.candidate_cmd.empty()))
    return fail(
        Error(ErrorCode::misconfigured,
              fmt::format("eval_cmd runs {}, but \"judge\": \"{}\" needs an evaluator in Python{}",
                          command.argv[0], name(level),
                          level == Level::isolated ? ", or \"candidate_cmd\" to serve the experiment" : ""))
            .then("set \"judge\" to \"in-process\", or name a Python in eval_cmd"));
  TRY_ASSIGN(exec::Job job, judge_half(order, config, level, scratch, python));
  exec::Candidate& candidate = *job.candidate;
  candidate.command.env = candidate_environment(job.command.env);
  std::vector<std::string> readable = candidate_paths(order, config);
  if (config.candidate_cmd.empty()) {
    for (std::string& needed : program_paths(command, order.lab)) readable.push_back(std::move(needed));
    TRY(python_worker(order, *command.interpreter, candidate, readable));
  } else {
    TRY(own_worker(order, config, candidate, readable));
  }
  candidate.policy = sandbox::candidate_policy(
      readable, config.sandbox.processes ? sandbox::Forks::allowed : sandbox::Forks::denied,
      job.policy.limits);
  candidate.policy.hide = kept_back(order);
  for (const std::string& named : config.sandbox.hide)
    candidate.policy.hide.push_back(lab_path(order.lab, named));
  candidate.policy.watch = order.watch;
  candidate.policy.watch.insert(candidate.policy.watch.end(), candidate.policy.hide.begin(),
                                candidate.policy.hide.end());
  candidate.policy.devices = config.sandbox.devices;
  return job;
}

namespace {

/// Why the line that gave the score is the experiment's, or empty. An evaluator that prints what the experiment says, and then
/// no score of its own, would hand it the result.
std::string printed_echo(const std::string& line, const std::unordered_set<std::string>& echoes) {
  const auto inside = std::find_if(echoes.begin(), echoes.end(), [&](const std::string& echo) {
    return echo.front() == ' ' && line.find(echo.substr(1)) != std::string::npos;
  });
  if (inside != echoes.end())
    return "the evaluator printed a score into which the experiment had written, which does not count: " +
           clip(printable(line), 200);
  constexpr std::size_t k_longest = 400;  // bytes of 100 characters
  for (std::size_t size = 1; size <= std::min(line.size(), k_longest); ++size) {
    if (!echoes.contains(line.substr(0, size))) continue;
    return size == 1
               ? "the experiment gave its evaluator more texts that begin like a score than can be told from "
                 "one"
               : "the evaluator printed a line that the experiment wrote, which does not count as a score: " +
                     clip(printable(line), 200);
  }
  return {};
}

Judgement judge_words(const exec::JobReport& report, const sandbox::Limits& limits, const std::string& metric,
                      Level level) {
  const exec::SplitReport& split = *report.split;
  const bool ended_well = report.outcome.end == sandbox::End::exited && report.outcome.status.ok();
  Judgement judgement;
  if (!split.words.violation.empty()) {
    judgement.reason = "the judge cannot be believed: " + split.words.violation;
  } else if (ended_well && !split.words.greeted) {
    judgement.reason =
        level == Level::proxied
            ? "leanlab's hook was not loaded into the evaluator (does eval_cmd give Python -I, -E or -S?), "
              "so "
              "its score does not count"
            : "the evaluator never asked for the candidate and never reported: use candidate() and report()";
  } else if (ended_well && level == Level::proxied && requests_made(split) == 0) {
    judgement.reason =
        "the evaluator never ran the experiment: it read the file by itself, and saw only a stub "
        "(docs/judging.md)";
  } else if (ended_well && level == Level::isolated && split.words.result.empty()) {
    judgement.reason = "the evaluator ended without calling report()";
  }
  if (!judgement.reason.empty()) return judgement;
  sandbox::Outcome outcome = report.outcome;
  if (level == Level::isolated) outcome.out = split.words.result + "\n";  // stdout was only a log
  outcome.out_bytes = level == Level::isolated ? outcome.out.size() : outcome.out_bytes;
  judgement = judge_outcome(outcome, limits, metric);
  if (judgement.value && level == Level::proxied) {
    if (std::string reason = printed_echo(judgement.line, split.words.echoes); !reason.empty()) {
      judgement = {};
      judgement.reason = std::move(reason);
    }
  }
  if (!judgement.value) judgement.reason += candidate_end(split.candidate);
  return judgement;
}

/// What the experiment was seen to try besides denied calls. Its own process says so: evidence, no more.
std::vector<std::string> tries_of(const exec::SplitReport& split, const sandbox::Limits& limits,
                                  const std::string& metric) {
  const sandbox::Outcome& candidate = split.candidate;
  std::vector<std::string> tries;
  for (const std::string& line : split.told)
    tries.push_back(clip(printable(line.substr(k_us.size())), k_try_columns));
  std::size_t scores = 0;
  const std::string key = '"' + metric + '"';
  for (const std::string* text : {&candidate.out, &candidate.err}) {
    for (const std::string_view raw : split_lines(*text)) {
      const std::string_view line = trim(raw);
      if (line.starts_with('{') && line.find(key) != std::string_view::npos) ++scores;
    }
  }
  if (tries.size() > k_most_tries) tries.resize(k_most_tries);
  if (candidate.killed_leftovers > 0)
    tries.push_back(fmt::format("the experiment left {} running, which {} ended",
                                candidate.killed_leftovers == 1
                                    ? "a process"
                                    : fmt::format("{} processes", candidate.killed_leftovers),
                                candidate.killed_leftovers == 1 ? "was" : "were"));
  if (scores > 0)
    tries.push_back(fmt::format("the experiment printed {} with {}, which is a log and no score",
                                plural(scores, "line"), printable(key)));
  if (const std::uint64_t bytes = candidate.out_bytes + candidate.err_bytes;
      limits.output_bytes > 0 && bytes > limits.output_bytes)
    tries.push_back(fmt::format("the experiment printed {}, of which {} were kept (limits.output_mb)",
                                human_bytes(bytes),
                                human_bytes(candidate.out.size() + candidate.err.size())));
  return tries;
}

}  // namespace

Judgement judge_split(const exec::JobReport& report, const sandbox::Limits& limits, const std::string& metric,
                      Level level) {
  Judgement judgement = judge_words(report, limits, metric, level);
  for (std::string& attempt : tries_of(*report.split, limits, metric))
    judgement.warnings.push_back(std::move(attempt));
  for (const std::string& note : report.split->words.notes)
    judgement.warnings.push_back(clip(printable(note), k_try_columns));
  return judgement;
}

}  // namespace leanlab::lab

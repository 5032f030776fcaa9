// The judge gets a stub in place of the experiment, the candidate's worker gets the experiment and nothing else.
#include "lab/split_job.h"

#include <algorithm>

#include "base/fs.h"
#include "base/strings.h"
#include "lab/environment.h"
#include "lab/evaluate.h"
#include "lab/interpreter.h"
#include "lab/seal_files.h"
#include "sandbox/policies.h"

namespace leanlab::lab {

namespace {

// As python/leanlab_judge/watch.py says it.
constexpr std::string_view k_us = "leanlab: ", k_tried = "leanlab: the experiment tried to ";
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
    if (!is_data_place(name) && !name.starts_with("LEANLAB_")) environment.emplace_back(name, value);
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

/// Interpreters outside of the system's folders, which judge_job() has found already; not what belongs to the lab.
std::vector<std::string> shared_paths(const exec::Job& judge, const Environment& environment,
                                      const fs::path& lab, const std::vector<std::string>& hidden) {
  std::vector<std::string> paths;
  for (const sandbox::PathRule& rule : judge.policy.paths) {
    if (rule.access == sandbox::Access::list) continue;
    if (std::find(hidden.begin(), hidden.end(), rule.path) != hidden.end()) continue;
    bool data = fs::path(rule.path).lexically_relative(lab).native().substr(0, 2) != "..";
    for (const auto& [name, value] : environment) data = data || (is_data_place(name) && value == rule.path);
    if (!data) paths.push_back(rule.path);
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

}  // namespace

Result<fs::path> bundled_python() {
  std::error_code error;
  // Installed: <prefix>/bin/leanlab and <prefix>/share/leanlab/python. Build tree: build/dev/… in the sources.
  for (fs::path folder = executable_path().parent_path();; folder = folder.parent_path()) {
    for (const fs::path& python : {folder / "share" / "leanlab" / "python", folder / "python"}) {
      if (fs::is_regular_file(python / "leanlab_judge" / "worker.py", error)) return python;
    }
    if (!folder.has_relative_path()) break;
  }
  return fail(
      Error(ErrorCode::misconfigured,
            fmt::format("the Python module leanlab_judge is not found beside {}", executable_path().string()))
          .then("install leanlab again, with its share folder"));
}

Result<exec::Job> split_job(const JudgeOrder& order, const Config& config, Level level,
                            const fs::path& scratch) {
  TRY_ASSIGN(const fs::path python, bundled_python());
  const std::string path = order.seal == nullptr ? "" : search_path(*order.seal);
  TRY_ASSIGN(const ResolvedCommand command, resolve_command(order.command, order.file, order.lab, path));
  if (!command.interpreter)
    return fail(Error(ErrorCode::misconfigured,
                      fmt::format("eval_cmd runs {}, but \"judge\": \"{}\" needs an evaluator in Python",
                                  command.argv[0], name(level)))
                    .then("set \"judge\" to \"in-process\", or name a Python in eval_cmd"));
  const fs::path experiment = (order.lab / order.file).lexically_normal();
  // A file that is not there has no stub: the evaluator is to find that out by itself.
  std::error_code error;
  const bool there = fs::exists(experiment, error);
  const fs::path stub = there ? scratch / experiment.filename() : experiment;
  if (there) TRY(write_file(stub, k_stub), "writing the stub of {}", order.file);

  JudgeOrder shown = order;
  shown.file = stub.string();
  TRY_ASSIGN(exec::Job job, judge_job(shown, config));
  const Environment environment = job.command.env;
  const std::vector<std::string> hidden = kept_back(order);
  std::vector<std::string> readable = shared_paths(job, environment, order.lab, hidden);
  std::erase(readable, stub.string());
  readable.push_back(python.string());
  if (there) readable.push_back(experiment.string());
  job.policy.role = sandbox::Role::judge;
  job.policy.paths.push_back({python.string(), sandbox::Access::read});
  // The folder too: an import by name lists it.
  if (there) std::erase_if(job.policy.paths, [&](const auto& rule) { return rule.path == stub.string(); });
  if (there) job.policy.paths.push_back({scratch.string(), sandbox::Access::read});
  const fs::path modules = level == Level::proxied ? python / "leanlab_judge" / "auto" : python;
  job.command.env.emplace_back("PYTHONPATH", modules.string());

  exec::Candidate candidate;
  candidate.contract = name(level);
  candidate.shown = stub;
  candidate.policy = sandbox::candidate_policy(readable, sandbox::Forks::denied, job.policy.limits);
  candidate.policy.hide = hidden;
  candidate.command.argv = {command.interpreter->program,
                            "-I",
                            "-B",
                            (python / "leanlab_judge" / "worker.py").string(),
                            std::to_string(exec::k_candidate_read_fd),
                            std::to_string(exec::k_candidate_write_fd),
                            experiment.string()};
  candidate.command.cwd = "/";
  candidate.command.env = candidate_environment(environment);
  job.candidate = std::move(candidate);
  return job;
}

namespace {

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
  if (!judgement.value) judgement.reason += candidate_end(split.candidate);
  return judgement;
}

/// What the experiment was seen to try besides denied calls. Its own process says so: evidence, no more.
std::vector<std::string> tries_of(const sandbox::Outcome& candidate, const std::string& metric) {
  std::vector<std::string> tries;
  std::size_t scores = 0;
  const std::string key = '"' + metric + '"';
  for (const std::string* text : {&candidate.out, &candidate.err}) {
    for (const std::string_view raw : split_lines(*text)) {
      const std::string_view line = trim(raw);
      if (line.starts_with(k_tried))
        tries.push_back(clip(printable(line.substr(k_us.size())), k_try_columns));
      if (line.starts_with('{') && line.find(key) != std::string_view::npos) ++scores;
    }
  }
  if (tries.size() > k_most_tries) tries.resize(k_most_tries);
  if (scores > 0)
    tries.push_back(fmt::format("the experiment printed {} with {}, which is a log and no score",
                                plural(scores, "line"), printable(key)));
  return tries;
}

}  // namespace

Judgement judge_split(const exec::JobReport& report, const sandbox::Limits& limits, const std::string& metric,
                      Level level) {
  Judgement judgement = judge_words(report, limits, metric, level);
  for (std::string& attempt : tries_of(report.split->candidate, metric))
    judgement.warnings.push_back(std::move(attempt));
  return judgement;
}

}  // namespace leanlab::lab

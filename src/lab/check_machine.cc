// Checks of what is around the lab: judging contract, public data, disk, clock, git.
#include <algorithm>
#include <array>

#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"
#include "lab/check_run.h"
#include "lab/config_sandbox.h"
#include "lab/judge_job.h"
#include "sandbox/probe.h"

namespace leanlab::lab {

namespace {

constexpr std::uint64_t k_least_disk = 200'000'000;
constexpr std::uint64_t k_low_disk = 2'000'000'000;

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Calls like fetch_openml( or load_digits( in a source: data that anyone, an agent too, can download.
std::string public_data_call(const std::string& source) {
  static constexpr std::array k_loaders{"load_digits",        "load_iris",     "load_wine",
                                        "load_breast_cancer", "load_diabetes", "load_linnerud",
                                        "load_dataset",       "load_boston"};
  static constexpr std::array k_places{"torchvision.datasets", "keras.datasets",     "tensorflow_datasets",
                                       "nltk.corpus",          "torchtext.datasets", "torchaudio.datasets"};
  for (const char* place : k_places) {
    if (source.find(place) != std::string::npos) return place;
  }
  for (std::size_t at = source.find('('); at != std::string::npos; at = source.find('(', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && is_name(source[begin - 1])) --begin;
    const std::string name = source.substr(begin, at - begin);
    const bool known = std::find(k_loaders.begin(), k_loaders.end(), name) != k_loaders.end();
    if (known || (name.starts_with("fetch_") && name.size() > 6)) return name + "()";
  }
  return {};
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

/// Answers that a project's own agents could simply open.
void answers_in_reach(CheckRun& run) {
  for (const std::string& named : run.config.data) {
    const fs::path path = lab_path(run.place.folder, named);
    const auto covers = [&](const std::string& other) {
      return is_below(path, lab_path(run.place.folder, other));
    };
    const auto& rules = run.config.sandbox;
    if (std::any_of(rules.read.begin(), rules.read.end(), covers)) {
      run.warn("data",
               fmt::format("{} stands in \"data\" and in \"sandbox.read\": every experiment can read it, so "
                           "it holds no answers",
                           printable(named)));
      continue;
    }
    const bool hidden = std::any_of(rules.hide.begin(), rules.hide.end(), covers);
    // In tiers A and B agents do not see what `data` names.
    if (hidden || sandbox::probe().tier != sandbox::Tier::C || !is_below(path, run.project.root)) continue;
    run.warn(
        "data",
        fmt::format(
            "{} lies in the project, and without a sandbox an agent at work can read it; keep it elsewhere",
            printable(named)));
  }
}

/// Warns of the first sealed script that reads a public data set.
void public_data(CheckRun& run) {
  const auto paths = sealed_paths(run.place, run.config);
  if (!paths) return;
  for (const std::string& path : *paths) {
    const std::string ending = fs::path(path).extension().string();
    if (ending != ".py" && ending != ".R" && ending != ".jl") continue;
    const auto source = read_file(run.place.folder / path, 4u << 20);
    const std::string call = source ? public_data_call(*source) : "";
    if (call.empty()) continue;
    return run.warn(
        "data",
        fmt::format("{} reads public data with {}: it cannot be held out, since an agent may know it or "
                    "download it; a score on your own data proves more",
                    path, call));
  }
  run.ok("data", "no public data set is seen in the evaluator");
}

void disk(CheckRun& run) {
  const auto free = free_bytes(run.project.state);
  if (!free) return run.fail("disk", free.error());
  const std::string message = fmt::format("{} free at {}", human_bytes(*free), run.project.state.string());
  if (*free < k_least_disk)
    return run.fail("disk", message + ": too little for a run; make room, or use --state-dir");
  if (*free < k_low_disk || *free < (run.config.disk_mb << 20))
    return run.warn("disk", message + ", which is little");
  run.ok("disk", message);
}

void writable(CheckRun& run) {
  fs::path place = run.place.state;
  std::error_code error;
  while (!fs::exists(place, error) && place.has_relative_path()) place = place.parent_path();
  if (::access(place.c_str(), W_OK | X_OK) != 0)
    return run.fail(
        "state",
        fmt::format(
            "{} cannot be written to: a run keeps its records there (--state-dir puts them elsewhere)",
            place.string()));
  if (::access(run.place.folder.c_str(), W_OK | X_OK) != 0)
    return run.fail("state",
                    fmt::format("the lab's folder {} cannot be written to", run.place.folder.string()));
  run.ok("state", "records can be written");
}

/// A clock that is set back makes records that look older than what they rest on.
void clock(CheckRun& run) {
  const UtcTime now = system_clock().now();
  struct Mark {
    std::string what;
    UtcTime time;
  };
  std::vector<Mark> marks;
  if (const auto built = parse_iso8601("2026-01-01T00:00:00Z"); built)
    marks.push_back({"this program", *built});
  if (run.seal && run.seal->locked) {
    if (const auto locked = parse_iso8601(run.seal->ts); locked) marks.push_back({"the lab's lock", *locked});
  }
  for (const Mark& mark : marks) {
    if (now < mark.time)
      return run.warn(
          "clock",
          fmt::format("it says {}, which is before {} was made ({}): set it, or records will be out of order",
                      local_time_of(iso8601(now)), mark.what, local_time_of(iso8601(mark.time))));
  }
  run.ok("clock", local_time_of(iso8601(now)));
}

void git(CheckRun& run) {
  if (find_program("git").empty())
    return run.warn(
        "git",
        "it is not installed: the book's head cannot be anchored in the project's history (apt install git)");
  std::error_code error;
  for (fs::path folder = run.project.root;; folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", error))
      return run.ok("git", "the project is in git at " + folder.string());
    if (!folder.has_relative_path()) break;
  }
  run.warn("git",
           "the project is not in git: the book's head is anchored in your state folder only (git init "
           "changes that)");
}

}  // namespace

void check_judging(CheckRun& run) {
  static const std::string k_name = "judging";
  if (!run.seal) return;  // told by check_seal
  auto judging = choose_judging(run.place, run.config, *run.seal, run.interrupt);
  if (!judging) return run.fail(k_name, judging.error());
  run.judging = std::move(*judging);
  const sandbox::ProbeResult& found = sandbox::probe();
  std::string message = fmt::format("{}\n{}: {}", protection_line(run.judging->level, found.tier),
                                    name(run.judging->level), printable(run.judging->why, Newlines::keep));
  if (found.tier != sandbox::Tier::A && !found.a.reason.empty())
    message += fmt::format("\nno tier A: {}", found.a.reason);
  if (found.tier == sandbox::Tier::C && !found.b.reason.empty())
    message += fmt::format("\nno tier B: {}", found.b.reason);
  if (found.tier == sandbox::Tier::C) message += "\nrun only agents and files that you trust";
  const bool weak = found.tier == sandbox::Tier::C || run.judging->level == Level::in_process;
  run.tell(k_name, weak ? Check::Status::warn : Check::Status::ok, message);
}

void check_data(CheckRun& run) {
  answers_in_reach(run);
  public_data(run);
}

void check_machine(CheckRun& run) {
  writable(run);
  disk(run);
  clock(run);
  git(run);
}

}  // namespace leanlab::lab

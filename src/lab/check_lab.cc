// Checks that look at the lab's files, programs and seal without running anything of it.
#include <algorithm>
#include <array>

#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/strings.h"
#include "lab/book.h"
#include "lab/check_run.h"
#include "lab/interpreter.h"
#include "store/ledger.h"

namespace leanlab::lab {

namespace {

using Words = std::vector<std::string>;

/// Experiments, sorted: names of regular files.
Words experiments(const CheckRun& run) {
  const fs::path folder = run.place.folder / run.config.experiments_dir;
  Words files;
  const auto names = list_directory(folder);
  if (!names) return files;
  for (const std::string& name : *names) {
    std::error_code error;
    if (!name.starts_with('.') && fs::is_regular_file(folder / name, error)) files.push_back(name);
  }
  return files;
}

/// Tells the first script that a command names and that is not there.
void missing_script(CheckRun& run, const char* field, const std::string& command) {
  const std::string missing = lab::missing_script(command, run.place.folder);
  if (missing.empty()) return;
  const auto names = list_directory(run.place.folder);
  const std::string near = names ? nearest(missing, *names) : "";
  run.fail("files", fmt::format("\"{}\" names {}, which is not in the lab{}", field, printable(missing),
                                near.empty() ? "" : "; did you mean " + near + "?"));
}

void tell_program(CheckRun& run, const std::string& name, const std::string& command) {
  const auto resolved = resolve_command(command, "x", run.place.folder);
  if (!resolved) return run.fail(name, resolved.error());
  std::string found = resolved->argv[0];
  if (resolved->interpreter)
    found = fmt::format("Python {}, {}", resolved->interpreter->version, resolved->argv[0]);
  if (resolved->warnings.empty()) return run.ok(name, found);
  run.warn(name, fmt::format("{}", fmt::join(resolved->warnings, "; ")));
}

/// The lock against the one that the ledger knows, where a book was written.
Status agree_with_recorded(const CheckRun& run) {
  std::error_code error;
  if (!fs::exists(run.place.state / store::k_ledger_file, error)) return {};
  TRY_ASSIGN(const auto book, Book::open(run.place, run.config, Book::Mode::read_only, system_clock()));
  // Without its database a book is read from results.jsonl, which knows nothing of locks: the next run tells.
  if (book->seal().id.empty()) return {};
  return agree_with_ledger(run.place, book->seal(), run.seal);
}

}  // namespace

void check_files(CheckRun& run) {
  const std::size_t before = run.checks.size();
  std::error_code error;
  if (!fs::exists(run.place.folder / "task.md", error))
    run.warn("files", "there is no task.md: an agent is told of the goal from it");
  if (!fs::is_directory(run.place.folder / run.config.experiments_dir, error)) {
    run.fail("files", fmt::format("there is no folder {}: make it, with a sample.* as the starting point",
                                  run.config.experiments_dir));
    return;
  }
  if (::access((run.place.folder / run.config.experiments_dir).c_str(), W_OK) != 0)
    run.fail("files", fmt::format("the folder {} cannot be written to",
                                  (run.place.folder / run.config.experiments_dir).string()));
  missing_script(run, "eval_cmd", run.config.eval_cmd);
  missing_script(run, "validate_cmd", run.config.validate_cmd);
  const Words files = experiments(run);
  const auto sample = std::find_if(files.begin(), files.end(),
                                   [](const std::string& file) { return fs::path(file).stem() == "sample"; });
  if (sample != files.end()) run.sample = run.config.experiments_dir + "/" + *sample;
  if (run.sample.empty() && !files.empty()) {
    run.sample = run.config.experiments_dir + "/" + files.front();
    run.warn("files", fmt::format("there is no sample.* in {}; {} stands in for it",
                                  run.config.experiments_dir, files.front()));
  } else if (run.sample.empty()) {
    run.fail("files", fmt::format("{} is empty: put a sample.* there, the starting point of all experiments",
                                  run.config.experiments_dir));
  }
  if (run.checks.size() == before)
    run.ok("files", fmt::format("task.md, evaluator and {} are there", run.sample));
}

void check_programs(CheckRun& run) {
  if (run.config.eval_cmd.find("{file}") == std::string::npos)
    run.warn("eval_cmd", "has no {file}: the evaluator never learns which experiment is meant");
  tell_program(run, "evaluator's program", run.config.eval_cmd);
  if (!trim(run.config.validate_cmd).empty())
    tell_program(run, "validator's program", run.config.validate_cmd);
}

void check_seal(CheckRun& run) {
  auto lock = current_lock(run.place);
  if (!lock) return run.fail("seal", lock.error());
  if (!*lock) {
    if (const auto agreed = agree_with_recorded(run); !agreed) return run.fail("seal", agreed.error());
    auto seal = make_seal(run.place, run.config);
    if (!seal) return run.fail("seal", seal.error());
    run.seal = std::move(*seal);
    return run.warn(
        "seal", fmt::format("not locked: the evaluator may be changed by mistake; leanlab lock {} seals {}",
                            run.word(), plural(run.seal->files.size(), "file")));
  }
  run.seal = std::move(*lock);
  if (const auto agreed = agree_with_recorded(run); !agreed) return run.fail("seal", agreed.error());
  if (const auto proof = prove_seal(*run.seal, run.place, run.config); !proof)
    return run.fail("seal", proof.error());
  const auto later = files_since(*run.seal, run.place, run.config);
  if (!later) return run.fail("seal", later.error());
  if (!later->empty())
    return run.warn("seal", fmt::format("{} came after the lock, and the judge does not see {}: {}",
                                        plural(later->size(), "file"), later->size() == 1 ? "it" : "them",
                                        clip(printable(fmt::format("{}", fmt::join(*later, ", "))), 120)));
  run.ok("seal",
         fmt::format("locked {}, {} unchanged", run.seal->ts, plural(run.seal->files.size(), "file")));
}

}  // namespace leanlab::lab

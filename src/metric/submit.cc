// Judging files of a person, and the dry run: the loop's parts without the loop.
#include "base/fs.h"
#include "base/random.h"
#include "lab/prompts.h"
#include "metric/attempt.h"
#include "metric/loop.h"
#include "metric/rescore.h"
#include "metric/session.h"
#include "metric/workspace.h"

namespace leanlab::metric {

namespace {

/// As a person means it: from here, else as the lab's table names it, else by its name alone.
fs::path named_file(const Session& session, const std::string& file) {
  const fs::path here = fs::absolute(file);
  std::error_code error;
  for (const fs::path& path :
       {here, session.place.folder / file, session.place.folder / session.config.experiments_dir / file}) {
    if (fs::exists(fs::symlink_status(path, error))) return path;
  }
  return here;
}

}  // namespace

Result<lab::RunSummary> submit_files(const lab::Project& project, const lab::Place& place,
                                     const std::vector<std::string>& files, const std::string& driver,
                                     const lab::EventSink& sink, const Clock& clock,
                                     const Interrupt& interrupt, std::optional<sandbox::Tier> min_tier) {
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  TRY_ASSIGN(const auto session,
             Session::open(project, place, config, {"submit", 1, min_tier, driver}, sink, clock, interrupt));
  TRY(rescore_champion(*session));
  lab::RunSummary summary;
  summary.lab = place.name;
  summary.objective = config.objective;
  summary.best_before = session->book->best();
  std::counting_semaphore<> proposing(1);
  AttemptContext context{*session,
                         nullptr,
                         nullptr,
                         entropy_seed() >> 33,
                         proposing,
                         [&](const lab::Experiment& experiment) { summary.add(experiment); },
                         [&](const lab::Refusal& refusal) { summary.add(refusal); }};
  const auto started = clock.steady();
  std::uint64_t attempt = 0;
  TRY_ASSIGN(const auto pending, session->book->pending());
  for (const lab::Experiment& experiment : pending) TRY(continue_attempt(context, ++attempt, experiment));
  for (const std::string& file : files) TRY(submit_attempt(context, ++attempt, named_file(*session, file)));
  TRY_ASSIGN(summary.best, session->book->champion());
  summary.seconds = std::chrono::duration<double>(clock.steady() - started).count();
  session->tell(summary);
  return summary;
}

Result<std::string> dry_run(const lab::Project& project, const lab::Place& place, const RunOptions& options,
                            const Clock& clock) {
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  const Interrupt never;
  TRY_ASSIGN(const auto session,
             Session::open(project, place, config, {"dry run", 1, {}, options.driver}, {}, clock, never));
  TRY_ASSIGN(const Material material, pick(*session));
  TRY_ASSIGN(const Workspace workspace, make_workspace(*session, material, 0));
  auto prompt = lab::worker_prompt(
      {session->place, session->config, *session->book},
      {material.parent, material.inspirations, workspace.parent_file, workspace.suggested_file});
  TRY(remove_tree(workspace.folder));
  return prompt;
}

}  // namespace leanlab::metric

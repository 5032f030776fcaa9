// submit: judges files that a person wrote.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/ui/run_display.h"
#include "metric/loop.h"

namespace leanlab::cli {
namespace {

// A path as typed: from the current folder, else from the lab, else from its experiments.
std::string located(const Context& context, const OpenLab& open, const std::string& file) {
  const std::filesystem::path path = file;
  std::error_code error;
  for (const std::filesystem::path& candidate : {context.directory / path, open.place.folder / path,
                                                 open.place.folder / open.config.experiments_dir / path}) {
    if (std::filesystem::exists(std::filesystem::symlink_status(candidate, error))) return candidate.string();
  }
  return (context.directory / path).string();
}

Result<int> run_submit(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  std::vector<std::string> files;
  for (const std::string& file : arguments.words("file")) files.push_back(located(context, open, file));
  ui::RunDisplay display(context);
  const auto summary = metric::submit_files(open.project, open.place, files, driver(), display.sink(),
                                            *context.clock, *context.interrupt, min_tier(arguments));
  if (!summary) return display.failed(summary.error());
  display.done();
  return summary->refused.empty() ? 0 : exit_code(ErrorCode::goal_not_met);
}

}  // namespace

Command submit_command() {
  return {
      .name = "submit",
      .positionals = {{.name = "lab", .kind = Kind::lab},
                      {.name = "file", .kind = Kind::path, .needed = Positional::Needed::one_or_more}},
      .options = {{.name = "--min-tier", .kind = Kind::choice, .value = "TIER", .choices = {"A", "B", "C"}}},
      .signals = Signals::interrupt,
      .run = run_submit};
}

}  // namespace leanlab::cli

// demo: a bundled lab, run by the built-in optimiser: no key, no network, a real gain within a minute.
#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/sealing.h"
#include "cli/ui/run_display.h"
#include "lab/init_template.h"
#include "metric/loop.h"

namespace leanlab::cli {
namespace {

constexpr const char* k_lab = "matmul";
constexpr std::uint64_t k_experiments = 24;

Result<int> run_demo(Context& context, const Arguments& arguments) {
  if (!arguments.word_or_empty("what").empty()) {
    return fail(Error(ErrorCode::unsupported,
                      fmt::format("the demonstration \"{}\" is not built yet", arguments.word("what")))
                    .then("leanlab demo"));
  }
  const std::filesystem::path folder = context.directory / "leanlab-demo";
  TRY(make_directories(folder / ".leanlab"));
  const lab::Project project = lab::find_project(folder, {});
  TRY_ASSIGN(lab::Place place, lab::place_of(project, k_lab));
  if (!fs::exists(place.folder / "lab.json")) {
    TRY_ASSIGN(place, lab::init_from_template(project, k_lab, k_lab));
  }
  context.say(fmt::format("A lab in {}: make a matrix product in C++ faster.", folder.string()));
  context.say(
      "Each experiment is compiled, checked against random inputs and timed from outside its process.\n");
  OpenLab open{project, place, {}};
  TRY_ASSIGN(open.config, lab::load_config(place.folder));
  TRY(seal_lab(context, open));
  ui::RunDisplay display(context);
  const lab::EventSink sink = display.sink();

  metric::RunOptions options;
  options.experiments = arguments.count("--n").value_or(k_experiments);
  options.agents[""] = "tuner";
  options.seed = arguments.count("--seed").value_or(1);
  options.driver = driver();
  // The sample's own score is what the gain is measured against.
  if (!fs::exists(place.folder / "results.jsonl")) {
    TRY_ASSIGN(const std::string sample, read_file(place.folder / "experiments" / "sample.cc"));
    TRY(write_file(place.folder / "experiments" / "start.cc",
                   "// The sample as it is: what every gain is measured against.\n" + sample));
    TRY(metric::submit_files(
        project, place, {(place.folder / "experiments" / "start.cc").string()}, options.driver,
        [&](const lab::Event& event) {
          if (!std::holds_alternative<lab::RunSummary>(event)) sink(event);
        },
        *context.clock, *context.interrupt));
  }
  const auto summary = metric::run_lab(project, place, options, sink, *context.clock, *context.interrupt);
  if (!summary) return display.failed(summary.error());
  display.done();
  context.say(fmt::format("\nLook around: cd {} and try  leanlab list,  leanlab show {},  leanlab verify",
                          shell_word(folder.filename().string()),
                          summary->best ? summary->best->id() : std::string(k_lab) + "/1"));
  return 0;
}

}  // namespace

Command demo_command() {
  return {.name = "demo",
          .positionals = {{.name = "what",
                           .kind = Kind::choice,
                           .needed = Positional::Needed::optional,
                           .choices = {"coding", "board"}}},
          .options = {{.name = "--n", .kind = Kind::count, .value = "N", .letter = 'n'},
                      {.name = "--seed", .kind = Kind::count, .value = "S"}},
          .signals = Signals::interrupt,
          .run = run_demo};
}

}  // namespace leanlab::cli

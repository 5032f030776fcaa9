// log: what an experiment's evaluator wrote, or its agent's transcript.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/experiments.h"

namespace leanlab::cli {
namespace {

Result<std::string> stored(const FoundExperiment& found, const std::string& blob) {
  if (blob.empty()) return std::string();
  return found.book->blobs().get(blob);
}

Result<int> run_log(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const FoundExperiment found, find_experiment(context, arguments.word("id")));
  const lab::Experiment& experiment = found.experiment;
  TRY_ASSIGN(const std::string log, stored(found, experiment.log));
  TRY_ASSIGN(const std::string transcript, stored(found, experiment.transcript));
  if (context.wants_json()) {
    context.print_json(
        Json{{"id", experiment.id()}, {"log", repair_utf8(log)}, {"transcript", repair_utf8(transcript)}});
    return 0;
  }
  const bool wants_transcript = arguments.has("--transcript");
  const std::string& text = wants_transcript ? transcript : log;
  if (text.empty()) {
    context.say(wants_transcript ? "there is no transcript of " + experiment.id()
                                 : "the evaluator of " + experiment.id() + " wrote nothing but its score");
    return 0;
  }
  // A terminal must not obey what others wrote; a file gets every byte.
  context.print(context.out.is_terminal ? printable(text, Newlines::keep) : text);
  if (!text.ends_with('\n')) context.print("\n");
  return 0;
}

}  // namespace

Command log_command() {
  return {.name = "log",
          .positionals = {{.name = "id", .kind = Kind::id}},
          .options = {{.name = "--transcript"}, {.name = "--follow", .built = Built::not_yet}},
          .run = run_log};
}

}  // namespace leanlab::cli

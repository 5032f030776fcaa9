// rescore: judges an old experiment again and compares.
#include "metric/rescore.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"

namespace leanlab::cli {
namespace {

// "digits 12", or "digits digits/12".
Result<std::uint64_t> number_of(const std::string& word) {
  const std::string id = word.find('/') == std::string::npos ? "lab/" + word : word;
  TRY_ASSIGN(const auto parts, split_id(id));
  return parts.second;
}

std::string shown(const lab::Experiment& experiment) {
  return experiment.value ? number(*experiment.value) : "no value";
}

std::string comparison(const metric::Rescored& rescored) {
  if (!rescored.difference)
    return rescored.after.value ? "it had no value"
                                : "now " + std::string(lab::name(rescored.after.verdict)) + ": " +
                                      printable(rescored.after.reason);
  const std::string difference =
      *rescored.difference == 0
          ? "the same"
          : fmt::format("{}{}", *rescored.difference > 0 ? "+" : "", short_number(*rescored.difference));
  return rescored.same_seal ? difference + ", under the same seal"
                            : difference + "; it was judged under another seal, so the two do not compare";
}

Result<int> run_rescore(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  TRY_ASSIGN(const std::uint64_t number, number_of(arguments.word("id")));
  const auto sink = [&](const lab::Event& event) {
    if (const auto* notice = std::get_if<lab::Notice>(&event))
      context.say("note: " + printable(notice->text));
  };
  TRY_ASSIGN(const metric::Rescored rescored, metric::rescore(open.project, open.place, number, driver(),
                                                              sink, *context.clock, *context.interrupt));
  if (context.wants_json()) {
    Json after = lab::to_json(rescored.after);
    if (rescored.after.verdict == lab::Verdict::pending) after["status"] = "valid";
    context.print_json(Json{{"id", rescored.before.id()},
                            {"before", lab::to_json(rescored.before)},
                            {"after", std::move(after)},
                            {"difference", rescored.difference ? Json(*rescored.difference) : Json(nullptr)},
                            {"same_seal", rescored.same_seal}});
    return 0;
  }
  const ui::Style& style = context.out.style;
  const bool unverified = rescored.after.tier == sandbox::Tier::C;
  context.print(fmt::format(
      "{}  {} {} {} {}  {}{}\n", style.bold(printable(rescored.before.id())), open.config.objective.metric,
      shown(rescored.before), context.out.unicode ? "→" : "->", style.bold(shown(rescored.after)),
      comparison(rescored),
      unverified                                       ? style.yellow("  UNVERIFIED (tier C)")
      : rescored.after.level == lab::Level::in_process ? style.dim("  in-process: it could be forged")
                                                       : ""));
  return 0;
}

}  // namespace

Command rescore_command() {
  return {.name = "rescore",
          .positionals = {{.name = "lab", .kind = Kind::lab}, {.name = "id", .kind = Kind::id}},
          .signals = Signals::interrupt,
          .run = run_rescore};
}

}  // namespace leanlab::cli

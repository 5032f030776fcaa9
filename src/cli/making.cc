// The conversation of `init`.
#include "cli/making.h"

#include <functional>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/agents.h"
#include "cli/labs.h"
#include "cli/mending.h"
#include "cli/owner.h"
#include "cli/packages.h"
#include "lab/book.h"
#include "metric/architect.h"

namespace leanlab::cli {
namespace {

enum class Approved { by_person, by_flag };

/// One thing to approve.
struct Question {
  const char* what;                      ///< "this task"
  std::function<std::string()> summary;  ///< shown at once
  std::function<std::string()> whole;    ///< for "view"
  std::function<Status(const std::string& feedback)> redraft;
};

void show(const Context& context, const std::string& text) {
  context.say(printable(text, Newlines::keep));
}

/// Approve, view, feedback (as often as wanted) or cancel.
Result<Approved> approve(Context& context, const Arguments& arguments, const Question& question) {
  show(context, question.summary());
  if (arguments.has("--yes")) return Approved::by_flag;
  while (true) {
    TRY_ASSIGN(const std::size_t answer,
               ui::ask_choice(context.person, fmt::format("Approve {}?", question.what),
                              {"approve", "view", "feedback", "cancel"}, 0, "--yes"));
    if (answer == 0) return Approved::by_person;
    if (answer == 1) show(context, question.whole());
    if (answer == 2) {
      TRY_ASSIGN(const std::string feedback,
                 ui::ask_text(context.person, "What should change?", "--describe"));
      TRY(question.redraft(feedback));
      show(context, question.summary());
    }
    if (answer == 3) return fail(Error(ErrorCode::interrupted, "cancelled: nothing was made"));
  }
}

std::string task_summary(const metric::Draft& draft) {
  return fmt::format("{}\n\nobjective: {} {}\n", draft.task,
                     draft.objective.direction == lab::Direction::maximise ? "maximise" : "minimise",
                     draft.objective.metric);
}

std::string scorer_summary(const metric::Draft& draft) {
  std::string text = fmt::format("evaluator: {}\nvalidator: {}\n", draft.eval_cmd,
                                 draft.validate_cmd.empty() ? "none" : draft.validate_cmd);
  for (const auto& [name, source] : draft.files)
    text += fmt::format("  {} ({})\n", name, plural(split_lines(source).size(), "line"));
  if (!draft.packages.empty())
    text += fmt::format("packages to install: {}\n", fmt::join(draft.packages, ", "));
  return text;
}

std::string scorer_whole(const metric::Draft& draft) {
  std::string text;
  for (const auto& [name, source] : draft.files) text += fmt::format("\n--- {} ---\n{}\n", name, source);
  return text;
}

/// Task first, then the scorer; each is approved.
Result<Approved> converse(Context& context, const Arguments& arguments, metric::Architect& architect,
                          const std::string& wish) {
  TRY(architect.draft_task(wish, ""), "drafting the task");
  TRY(approve(context, arguments,
              {"this task", [&] { return task_summary(architect.draft()); },
               [&] { return task_summary(architect.draft()); },
               [&](const std::string& feedback) { return architect.draft_task("", feedback); }}));
  context.say("the architect writes an evaluator ...");
  TRY(architect.draft_scorer(""), "drafting the evaluator");
  return approve(context, arguments,
                 {"this evaluator", [&] { return scorer_summary(architect.draft()); },
                  [&] { return scorer_whole(architect.draft()); },
                  [&](const std::string& feedback) { return architect.draft_scorer(feedback); }});
}

/// Who approved what stands in the new lab's ledger, with the architect's turns.
Status record(const Context& context, const lab::Place& place, const metric::Architect& architect,
              const std::string& who, Approved how) {
  TRY_ASSIGN(const lab::Config config, lab::load_config(place.folder));
  TRY_ASSIGN(const auto book, lab::Book::open(place, config, lab::Book::Mode::write, *context.clock));
  for (const metric::LoneTurn& turn : architect.turns()) TRY(metric::record_turn(*book, turn));
  return book->record_event("evaluator_approved",
                            Json{{"driver", who}, {"by", how == Approved::by_flag ? "--yes" : "a prompt"}});
}

std::string cost_of(const metric::Architect& architect) {
  lab::Spent spent;
  for (const metric::LoneTurn& turn : architect.turns()) spent.add(turn.record);
  return spent.cost_usd() ? fmt::format("${:.4f}", *spent.cost_usd()) : "an unknown amount";
}

}  // namespace

Result<int> make_lab(Context& context, const Arguments& arguments, const std::string& name) {
  const lab::Project project = project_of(context);
  TRY_ASSIGN(const lab::Place wanted, lab::place_of(project, name));
  std::error_code error;
  if (std::filesystem::exists(wanted.folder, error))
    return fail(
        Error(ErrorCode::usage, fmt::format("there is already a lab {}", name)).then("choose another name"));
  TRY_ASSIGN(const std::string who, owner_act("approving an evaluator"));
  std::string wish = arguments.value("--describe").value_or("");
  if (wish.empty()) {
    TRY_ASSIGN(wish, ui::ask_text(context.person, "What should get better, and how would you measure it?",
                                  "--describe"));
  }
  if (!arguments.has("--yes") && !context.person.may_ask)
    return fail(Error(ErrorCode::person_needed, "a draft must be approved, and there is nobody to ask")
                    .then("add --yes to approve it unseen"));
  const auto flags = agents_of(arguments);
  TRY_ASSIGN(const auto agent, agent_for("architect", flags, {}, project.root));
  TRY_ASSIGN(metric::Architect architect, metric::Architect::make(project, name, *agent, *context.interrupt));
  context.say(fmt::format("{} drafts the lab {} ...", agent->describe(), name));
  const auto approved = converse(context, arguments, architect, wish);
  if (!approved) {
    context.say("the architect's turns cost " + cost_of(architect));
    return fail(approved.error());
  }
  TRY_ASSIGN(const lab::Place place, metric::write_draft(project, name, architect.draft()));
  TRY(record(context, place, architect, who, *approved));
  TRY(install_packages(context, project, architect.draft().packages));
  TRY_ASSIGN(const Mending mending, mend(context, project, place, flags));
  if (context.wants_json()) {
    context.print_json(Json{{"name", place.name},
                            {"folder", place.folder.string()},
                            {"objective",
                             {{"metric", architect.draft().objective.metric},
                              {"direction", lab::name(architect.draft().objective.direction)}}},
                            {"ok", mending.ok},
                            {"rounds", mending.rounds},
                            {"driver", who}});
  } else {
    context.print(place.folder.string() + "\n");
    context.say(
        fmt::format("made the lab {}; the architect's turns cost {}", place.name, cost_of(architect)));
    context.say("  next: " + context.err.style.cyan((mending.ok ? "leanlab lock " : "leanlab check ") +
                                                    shell_word(place.name)));
  }
  return mending.ok ? 0 : exit_code(ErrorCode::misconfigured);
}

}  // namespace leanlab::cli

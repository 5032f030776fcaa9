// The briefs of Worker, Director and Critic, put together from the lab's files and the book.
#include "lab/prompts.h"

#include <algorithm>

#include "base/fs.h"
#include "base/strings.h"

namespace leanlab::lab {

namespace {

// The parts' limits; together they stay below k_longest_prompt.
constexpr std::size_t k_role_bytes = 16u << 10;
constexpr std::size_t k_task_bytes = 32u << 10;
constexpr std::size_t k_notes_bytes = 12u << 10;
constexpr std::size_t k_error_bytes = 16u << 10;
constexpr std::size_t k_line = 300;  // columns of one experiment's notes or reason
constexpr std::uint64_t k_newest = 40;
constexpr std::size_t k_failed = 10;
constexpr std::size_t k_most_tried = 15;
constexpr std::size_t k_refused = 8;

std::string file_text(const fs::path& path, std::size_t most) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return {};
  const auto text = read_file(path, 16u << 20);
  return text ? at_most(trim(*text), most) : std::string();
}

std::string short_line(std::string_view text) {
  return clip(printable(replace_all(std::string(text), "\n", " ")), k_line);
}

std::string outcome(const Experiment& experiment) {
  if (experiment.value) return number(*experiment.value);
  return fmt::format("{}: {}", name(experiment.verdict), short_line(experiment.reason));
}

std::string memory_line(const Experiment& experiment) {
  const std::string notes = short_line(experiment.notes);
  return fmt::format("- {}: {}{}\n", short_line(experiment.file), outcome(experiment),
                     notes.empty() ? "" : " — " + notes);
}

std::string first_line(agent::Role role, const Place& place) {
  std::string upper = agent::name(role);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return fmt::format("You are the {} of the lab {}.\n", upper, place.name);
}

std::string goal(const Brief& brief) {
  const Objective& objective = brief.config.objective;
  std::string text =
      fmt::format("\n# Objective\n{} {}\n",
                  objective.direction == Direction::maximise ? "Maximise" : "Minimise", objective.metric);
  if (const std::string task = file_text(brief.place.folder / "task.md", k_task_bytes); !task.empty())
    text += "\n# Task\n" + task + "\n";
  return text;
}

std::string notes_section(const Brief& brief, const char* file, const char* title) {
  const std::string text = file_text(brief.place.folder / file, k_notes_bytes);
  return text.empty() ? text : fmt::format("\n# {}\n{}", title, fenced("notes", text));
}

/// The experiments of `from` that `wanted` likes, at most `most`, as lines.
template <class Wanted>
std::string lines_of(const std::vector<Experiment>& from, std::size_t most, Wanted wanted) {
  std::string lines;
  for (const Experiment& experiment : from) {
    if (most == 0) break;
    if (!wanted(experiment)) continue;
    lines += memory_line(experiment);
    --most;
  }
  return lines;
}

bool failed(const Experiment& experiment) {
  return experiment.verdict == Verdict::invalid || experiment.verdict == Verdict::tampered;
}

Result<std::string> refusals(const Brief& brief) {
  TRY_ASSIGN(const auto refused, brief.book.refusals(k_refused));
  std::string lines;
  for (const Refusal& refusal : refused)
    lines += fmt::format("- {}: {}\n", refusal.file.empty() ? "a turn" : short_line(refusal.file),
                         short_line(refusal.reason));
  return lines;
}

/// What did not work, so that nobody pays for it again.
Result<std::string> failures(const Brief& brief, const std::vector<Experiment>& newest) {
  std::string text;
  if (const std::string lines = lines_of(newest, k_failed, failed); !lines.empty())
    text += "\n# What failed lately, and why\n" + fenced("failures", lines);
  TRY_ASSIGN(const std::string refused, refusals(brief));
  if (!refused.empty()) text += "\n# What was refused lately\n" + fenced("refusals", refused);
  const std::string tried = lines_of(newest, k_most_tried, [](const Experiment& experiment) {
    return experiment.verdict == Verdict::rejected || experiment.verdict == Verdict::undecided;
  });
  if (!tried.empty()) text += "\n# Tried lately without gain: do not repeat\n" + fenced("experiments", tried);
  return text;
}

std::string where_to_start(const Brief& brief, const WorkerBrief& start) {
  std::string text = "\n# Where to start\n";
  if (start.parent && start.parent->value)
    return text + fmt::format("The best so far is {} with {} = {}.\n", start.parent_file,
                              brief.config.objective.metric, number(*start.parent->value));
  if (!start.parent_file.empty())
    return text + fmt::format("Nothing has a score yet. Start from {}.\n", start.parent_file);
  return text + "Nothing has a score yet, and there is no sample: the task says what an experiment is.\n";
}

std::string what_to_hand_in(const Brief& brief, const WorkerBrief& start) {
  std::string text =
      fmt::format("\n# What to hand in\nWrite exactly one new file, {}.\n", start.suggested_file);
  if (!brief.config.validate_cmd.empty())
    text += fmt::format("Check it until it prints VALID: {}\n",
                        replace_all(brief.config.validate_cmd, "{file}", start.suggested_file));
  return text + fmt::format(
                    "End with this object on a line of its own:\n{{\"experiment_file\": \"{}\", \"valid\": "
                    "true, \"notes\": \"one line: what you changed and why\"}}\n",
                    start.suggested_file);
}

/// How the lab stands, for those who steer it.
Result<std::string> standing(const Brief& brief) {
  TRY_ASSIGN(const auto best, brief.book.query({.limit = 10, .order = Query::Order::best}));
  TRY_ASSIGN(const auto newest, brief.book.query({.limit = k_newest, .order = Query::Order::newest}));
  TRY_ASSIGN(const auto history, brief.book.best_history(12));
  std::string text =
      fmt::format("\n# How the lab stands\n{} judged", plural(brief.book.count(), "experiment"));
  if (const auto value = brief.book.best())
    text += fmt::format("; the best {} is {}", brief.config.objective.metric, number(*value));
  text += ".\n";
  if (!history.empty()) {
    text += "The best after each of the last experiments, oldest first:";
    for (const double value : history) text += " " + number(value);
    text += "\n";
  }
  if (!best.empty())
    text += "\n# The best experiments\n" +
            fenced("experiments", lines_of(best, 10, [](const Experiment&) { return true; }));
  std::string lines;
  for (const Experiment& experiment : newest) {
    const std::string parent = experiment.parent.empty() ? "" : ", from " + experiment.parent;
    lines += fmt::format("- {} {}{} ({}{}): {}\n", short_line(experiment.file), outcome(experiment),
                         experiment.verdict == Verdict::accepted ? ", a new best" : "",
                         short_line(experiment.agent), parent, short_line(experiment.notes));
  }
  if (!lines.empty()) text += "\n# The newest experiments, newest first\n" + fenced("experiments", lines);
  TRY_ASSIGN(const std::string refused, refusals(brief));
  if (!refused.empty()) text += "\n# What was refused lately\n" + fenced("refusals", refused);
  return text;
}

}  // namespace

std::string fenced(std::string_view label, std::string_view text) {
  std::string body = replace_all(printable(trim(text), Newlines::keep), "</", "<\\/");
  return fmt::format("<{0}>\n{1}\n</{0}>\n", label, body);
}

std::string at_most(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  std::string_view kept = text.substr(0, bytes);
  if (const auto line = kept.rfind('\n'); line != std::string_view::npos && line > bytes / 2)
    kept = kept.substr(0, line);
  return repair_utf8(kept) +
         fmt::format("\n[cut: {} of {} are shown]", human_bytes(kept.size()), human_bytes(text.size()));
}

Result<std::string> role_text(const Place& place, const std::string& role) {
  std::error_code error;
  const fs::path own = place.folder / "agents" / (role + ".md");
  fs::path file = own;
  if (!fs::exists(own, error)) {
    TRY_ASSIGN(const fs::path labs, bundled_labs());
    file = labs.parent_path() / "roles" / (role + ".md");
  }
  TRY_ASSIGN(const std::string text, read_file(file, 1u << 20), "reading the role text of the {}", role);
  return at_most(trim(text), k_role_bytes);
}

Result<std::string> worker_prompt(const Brief& brief, const WorkerBrief& start) {
  TRY_ASSIGN(const std::string role, role_text(brief.place, "worker"));
  std::string prompt = first_line(agent::Role::worker, brief.place) + "\n" + role + "\n" + goal(brief) +
                       where_to_start(brief, start);
  if (!start.inspirations.empty())
    prompt += "\n# The best experiments\n" +
              fenced("experiments", lines_of(start.inspirations, 10, [](const Experiment&) { return true; }));
  TRY_ASSIGN(const auto newest, brief.book.query({.limit = k_newest, .order = Query::Order::newest}));
  TRY_ASSIGN(const std::string lessons, failures(brief, newest));
  prompt += lessons;
  prompt += notes_section(brief, "Director_Notes.md", "The Director's notes");
  prompt += notes_section(brief, "Critic_Feedback.md", "The Critic's feedback");
  return prompt + what_to_hand_in(brief, start);
}

std::string no_file_prompt(const std::string& suggested_file) {
  return fmt::format(
      "You are the WORKER. Your turn ended without a new experiment file. Write it now: new file, {}. Then "
      "end with "
      "this object on a line of its own:\n{{\"experiment_file\": \"{}\", \"valid\": true, \"notes\": \"one "
      "line: what you changed and why\"}}\n",
      suggested_file, suggested_file);
}

std::string repair_prompt(const std::string& file, const std::string& error, std::uint32_t fix,
                          std::uint32_t most) {
  return fmt::format(
      "You are the WORKER. Your experiment {} failed (fix {} of {}):\n\n{}\nMend that file in place and end "
      "with the same object as before.\n",
      file, fix, most, fenced("error", at_most(error, k_error_bytes)));
}

const char* file_of(agent::Role role) {
  return role == agent::Role::director ? "Director_Notes.md" : "Critic_Feedback.md";
}

Result<std::string> steering_prompt(const Brief& brief, agent::Role role) {
  TRY_ASSIGN(const std::string own_words, role_text(brief.place, agent::name(role)));
  TRY_ASSIGN(const std::string facts, standing(brief));
  std::string prompt = first_line(role, brief.place) + "\n" + own_words + "\n" + goal(brief) + facts;
  prompt += notes_section(brief, "Director_Notes.md",
                          role == agent::Role::director ? "Your notes so far" : "The Director's notes");
  prompt += notes_section(brief, "Critic_Feedback.md",
                          role == agent::Role::critic ? "Your feedback so far" : "The Critic's feedback");
  return prompt +
         fmt::format(
             "\n# What to hand in\nRewrite the file {0} in this folder as a whole: at most {1}. The "
             "best and the newest experiments lie in {2}/ for reading. Change nothing else: any other "
             "change is undone and reported.\nEnd with this object on a line of its own:\n"
             "{{\"file\": \"{0}\", \"summary\": \"one line: what is new\"}}\n",
             file_of(role), human_bytes(k_notes_bytes), brief.config.experiments_dir);
}

}  // namespace leanlab::lab

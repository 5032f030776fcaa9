// Asking an architect, and writing what it drafted.
#include "metric/architect.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "agent/replies.h"
#include "base/strings.h"
#include "lab/prompts.h"
#include "metric/lone_turn.h"

namespace leanlab::metric {

namespace {

constexpr int k_turns = 3;  // one, and asked again twice
constexpr std::chrono::minutes k_draft_limit{30};
constexpr std::size_t k_largest_example = 1u << 20;
constexpr std::size_t k_listed = 80;

std::string trimmed_text(const Json& object, const char* key) {
  return std::string(trim(text_of(object, key)));
}

tl::unexpected<Error> unusable(const std::string& why) {
  return fail(ErrorCode::goal_not_met, "{}", why);
}

/// What lies in the project, so that the architect uses what is there.
std::string listing(const fs::path& root) {
  const auto names = list_directory(root);
  if (!names) return {};
  std::string text;
  std::size_t shown = 0;
  for (const std::string& name : *names) {
    if (name.starts_with('.')) continue;
    if (++shown > k_listed) return text + "…\n";
    std::error_code error;
    text += name + (fs::is_directory(root / name, error) ? "/\n" : "\n");
  }
  return text;
}

/// A path that stays in the lab and is none of the engine's own.
bool is_lab_file(const std::string& name) {
  const fs::path path = fs::path(name).lexically_normal();
  if (path.is_absolute() || path.empty() || *path.begin() == "..") return false;
  static const std::vector<std::string> k_taken{"lab.json", "task.md", "results.jsonl", "Director_Notes.md",
                                                "Critic_Feedback.md"};
  return path == fs::path(name) && std::find(k_taken.begin(), k_taken.end(), name) == k_taken.end();
}

}  // namespace

Result<Architect> Architect::make(const lab::Project& project, const std::string& name, agent::Agent& agent,
                                  const Interrupt& interrupt) {
  TRY_ASSIGN(TempDirectory folder, TempDirectory::make());
  TRY(make_directories(folder.path() / "lab" / "experiments"));
  return Architect(project, name, agent, interrupt, std::move(folder));
}

Result<std::string> Architect::role() const {
  TRY_ASSIGN(const std::string text, lab::role_text({name_, {}, {}}, "architect"));
  return fmt::format("You are the ARCHITECT of the lab {}.\n\n{}\n", name_, text);
}

// One structured reply; the same session is asked again when there is none.
Result<Json> Architect::ask(const std::string& prompt, const std::vector<std::string>& keys) {
  const std::vector<std::string_view> required(keys.begin(), keys.end());
  std::string words = prompt;
  for (int turn = 0; turn < k_turns; ++turn) {
    agent::TurnRequest request;
    request.role = agent::Role::architect;
    request.prompt = words;
    request.workspace = folder_.path() / "lab";
    request.experiments_dir = "experiments";
    request.session = session_;
    request.limit = k_draft_limit;
    request.brief = prompt;
    TRY_ASSIGN(LoneTurn lone, take_lone_turn(agent_, std::move(request), project_, interrupt_));
    turns_.push_back(std::move(lone));
    const LoneTurn& taken = turns_.back();
    if (taken.turn.end != agent::TurnEnd::done) return unusable(taken.turn.failure);
    session_ = taken.turn.session;
    if (auto reply = agent::find_reply(taken.turn.reply, required)) return std::move(*reply);
    words = fmt::format(
        "{}Your reply held no JSON object with {}. Reply with that one object and nothing else.\n",
        session_ ? "You are the ARCHITECT. " : prompt + "\n", fmt::join(keys, ", "));
  }
  return unusable(fmt::format("{} gave no object with {} in {} turns", agent_.describe(),
                              fmt::join(keys, ", "), k_turns));
}

Status Architect::draft_task(const std::string& wish, const std::string& feedback) {
  if (!wish.empty()) wish_ = wish;
  TRY_ASSIGN(std::string prompt, role());
  prompt += "\n# What the person wants\n" + lab::fenced("wish", lab::at_most(wish_, 32u << 10));
  if (const std::string files = listing(project_.root); !files.empty())
    prompt += fmt::format("\n# The project, at {}\n{}", project_.root.string(), lab::fenced("files", files));
  if (!feedback.empty())
    prompt += fmt::format("\n# Your draft so far\n{}\n# What the person says of it\n{}",
                          lab::fenced("draft", draft_.task), lab::fenced("feedback", feedback));
  prompt +=
      "\n# What to hand in\nThe task and the objective; the evaluator comes next. Reply with one JSON "
      "object:\n"
      "{\"task_md\": \"the whole of task.md\", \"objective\": {\"metric\": \"name\", \"direction\": \"min or "
      "max\"}, "
      "\"description\": \"one line\"}\n";
  TRY_ASSIGN(const Json reply, ask(prompt, {"task_md", "objective"}));
  return take_task(reply);
}

Status Architect::take_task(const Json& reply) {
  draft_.task = trimmed_text(reply, "task_md");
  const Json objective = reply.value("objective", Json());
  if (draft_.task.empty() || !objective.is_object())
    return unusable("the architect's draft lacks a task or an objective");
  draft_.objective.metric = trimmed_text(objective, "metric");
  const std::string direction = trimmed_text(objective, "direction");
  if (draft_.objective.metric.empty() || (direction != "min" && direction != "max"))
    return unusable("the architect's objective is no {\"metric\": …, \"direction\": \"min\" or \"max\"}");
  draft_.objective.direction = direction == "min" ? lab::Direction::minimise : lab::Direction::maximise;
  const auto lines = split_lines(trimmed_text(reply, "description"));
  draft_.description = lines.empty() ? wish_.substr(0, wish_.find('\n')) : std::string(lines.front());
  return {};
}

Status Architect::draft_scorer(const std::string& feedback) {
  TRY_ASSIGN(std::string prompt, role());
  prompt += fmt::format("\n# The task, as approved\n{}\nObjective: {} {}\n", lab::fenced("task", draft_.task),
                        lab::name(draft_.objective.direction), draft_.objective.metric);
  prompt += fmt::format("The project lies at {}.\n", project_.root.string());
  if (!feedback.empty()) {
    prompt += "\n# Your scorer so far\n";
    for (const auto& [name, text] : draft_.files)
      prompt += name + "\n" + lab::fenced("file", lab::at_most(text, 32u << 10));
    prompt += "\n# What the person says of it\n" + lab::fenced("feedback", feedback);
  }
  prompt +=
      "\n# What to hand in\nAn evaluator, a validator and a sample. Either write them into this folder, or "
      "put them under "
      "\"files\". End with one JSON object:\n"
      "{\"eval_cmd\": \"python3 evaluation.py --experiment {file}\", \"validate_cmd\": \"python3 validate.py "
      "--experiment "
      "{file}\", \"files\": {\"evaluation.py\": \"…\", \"validate.py\": \"…\", \"experiments/sample.py\": "
      "\"…\"}, "
      "\"packages\": []}\n"
      "{file} stands for the candidate's path; commands run in the lab's folder without a shell.\n";
  TRY_ASSIGN(const Json reply, ask(prompt, {"eval_cmd"}));
  return take_scorer(reply);
}

// What it wrote into its folder instead of its reply.
void Architect::take_written_files() {
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder_.path() / "lab", error), end; !error && it != end;
       it.increment(error)) {
    if (!fs::is_regular_file(it->symlink_status(error))) continue;
    const std::string name = it->path().lexically_relative(folder_.path() / "lab").string();
    if (name.find("__pycache__") != std::string::npos || name.starts_with(".") || !is_lab_file(name))
      continue;
    auto text = read_file(it->path(), k_largest_example);
    if (text) draft_.files.emplace(name, std::move(*text));
  }
}

Status Architect::take_scorer(const Json& reply) {
  draft_.eval_cmd = trimmed_text(reply, "eval_cmd");
  draft_.validate_cmd = trimmed_text(reply, "validate_cmd");
  if (draft_.eval_cmd.find("{file}") == std::string::npos)
    return unusable("the architect's eval_cmd does not hold {file}");
  draft_.files.clear();
  if (const auto files = reply.find("files"); files != reply.end() && files->is_object()) {
    for (const auto& [name, text] : files->items()) {
      if (!text.is_string() || !is_lab_file(name))
        return unusable(fmt::format("the architect's file {} is no file of a lab", printable(name)));
      draft_.files[name] = text.get<std::string>();
    }
  }
  take_written_files();
  if (draft_.files.empty()) return unusable("the architect wrote no file");
  draft_.packages.clear();
  if (const auto packages = reply.find("packages"); packages != reply.end() && packages->is_array()) {
    for (const Json& package : *packages) {
      if (!package.is_string()) continue;
      const auto word = package.get<std::string>();
      if (word.empty() || word.starts_with('-'))
        return unusable("the architect names a package that is no package: " + printable(word));
      draft_.packages.push_back(word);
    }
  }
  return {};
}

std::string lab_json_of(const Draft& draft, const std::string& name) {
  Json json;
  json["name"] = name;
  json["description"] = draft.description;
  json["objective"] = {{"metric", draft.objective.metric},
                       {"direction", lab::name(draft.objective.direction)}};
  json["experiments_dir"] = "experiments";
  json["results_file"] = "results.jsonl";
  if (!draft.validate_cmd.empty()) json["validate_cmd"] = draft.validate_cmd;
  json["eval_cmd"] = draft.eval_cmd;
  json["director_every"] = 5;
  json["critic_every"] = 5;
  json["max_fix_calls"] = 3;
  return to_pretty(json);
}

Result<lab::Place> write_draft(const lab::Project& project, const std::string& name, const Draft& draft) {
  TRY_ASSIGN(const lab::Place place, lab::place_of(project, name));
  std::error_code error;
  if (fs::exists(fs::symlink_status(place.folder, error))) {
    return fail(
        Error(ErrorCode::usage, fmt::format("there is already something at {}", place.folder.string()))
            .then("choose another name"));
  }
  TRY(lab::parse_config(lab_json_of(draft, name), "the drafted lab.json"));
  const bool first = !fs::exists(project.home, error);
  const Status made = [&]() -> Status {
    TRY(make_directories(project.home));
    TRY_ASSIGN(const TempDirectory fresh, TempDirectory::make(project.home, ".new-"));
    TRY(make_directories(fresh.path() / "experiments"));
    TRY(write_file(fresh.path() / "lab.json", lab_json_of(draft, name), Durability::fsynced));
    TRY(write_file(fresh.path() / "task.md", draft.task + "\n", Durability::fsynced));
    for (const auto& [file, text] : draft.files) {
      TRY(make_directories((fresh.path() / file).parent_path()));
      TRY(write_file(fresh.path() / file, text, Durability::fsynced, text.starts_with("#!") ? 0755 : 0644));
    }
    ::chmod(fresh.path().c_str(), 0755);
    TRY(lab::prepare_state(project));
    fs::rename(fresh.path(), place.folder, error);
    if (error) return fail(errno_error(error.value(), fmt::format("cannot make {}", place.folder.string())));
    return sync_directory(project.home);
  }();
  if (!made) {
    if (first) static_cast<void>(remove_tree(project.home));
    return fail(made.error());
  }
  return place;
}

}  // namespace leanlab::metric

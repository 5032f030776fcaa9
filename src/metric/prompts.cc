// The Worker's brief, put together from the lab's files and the book.
#include "metric/prompts.h"

#include "base/strings.h"

namespace leanlab::metric {

namespace {

Result<std::string> role_text(const Session& session, const std::string& role) {
  const fs::path own = session.place.folder / "agents" / (role + ".md");
  if (fs::exists(own)) return read_file(own, 1 << 20);
  TRY_ASSIGN(const fs::path labs, lab::bundled_labs());
  return read_file(labs.parent_path() / "roles" / (role + ".md"), 1 << 20);
}

std::string file_text(const fs::path& path) {
  const auto text = fs::exists(path) ? read_file(path, 1 << 20) : Result<std::string>(std::string());
  return text ? std::string(trim(*text)) : std::string();
}

// What agents and evaluators wrote is data, whatever it says: fenced and labelled.
std::string fenced(std::string_view label, const std::string& text) {
  return fmt::format("<{0}>\n{1}\n</{0}>\n", label, replace_all(text, "</", "<\\/"));
}

std::string memory_line(const lab::Experiment& experiment) {
  if (!experiment.value)
    return fmt::format("- {}: {} ({})\n", experiment.file, experiment.reason, experiment.notes);
  return fmt::format("- {}: {} ({})\n", experiment.file, number(*experiment.value), experiment.notes);
}

}  // namespace

Result<std::string> worker_prompt(const Session& session, const Material& material,
                                  const Workspace& workspace) {
  const lab::Config& config = session.config;
  TRY_ASSIGN(const std::string role, role_text(session, "worker"), "reading the Worker's role text");
  std::string prompt =
      fmt::format("You are the WORKER of the lab {}.\n\n{}\n", session.place.name, trim(role));
  prompt += fmt::format("\n# Objective\n{} {}\n",
                        config.objective.direction == lab::Direction::maximise ? "Maximise" : "Minimise",
                        config.objective.metric);
  if (const std::string task = file_text(session.place.folder / "task.md"); !task.empty())
    prompt += "\n# Task\n" + task + "\n";
  prompt += "\n# Where to start\n";
  if (material.parent)
    prompt += fmt::format("The best so far is {} with {} = {}.\n", workspace.parent_file,
                          config.objective.metric, number(*material.parent->value));
  else if (!workspace.parent_file.empty())
    prompt += fmt::format("Nothing has a score yet. Start from {}.\n", workspace.parent_file);

  std::string memory;
  for (const lab::Experiment& experiment : material.inspirations) memory += memory_line(experiment);
  if (!memory.empty()) prompt += "\n# The best experiments\n" + fenced("experiments", memory);
  TRY_ASSIGN(const auto newest, session.book->query({.limit = 20, .order = lab::Query::Order::newest}));
  std::string failed;
  for (const lab::Experiment& experiment : newest) {
    if (!experiment.value) failed += memory_line(experiment);
  }
  if (!failed.empty()) prompt += "\n# What failed lately, and why\n" + fenced("failures", failed);
  for (const auto& [file, title] : {std::pair{"Director_Notes.md", "The Director's notes"},
                                    std::pair{"Critic_Feedback.md", "The Critic's feedback"}}) {
    if (const std::string text = file_text(session.place.folder / file); !text.empty())
      prompt += fmt::format("\n# {}\n{}", title, fenced("notes", text));
  }
  prompt += fmt::format("\n# What to hand in\nWrite exactly one new file, {}.\n", workspace.suggested_file);
  if (!config.validate_cmd.empty())
    prompt += fmt::format("Check it until it prints VALID: {}\n",
                          replace_all(config.validate_cmd, "{file}", workspace.suggested_file));
  prompt += fmt::format(
      "End with this object on a line of its own:\n{{\"experiment_file\": \"{}\", \"valid\": true, "
      "\"notes\": \"one line: what you changed and why\"}}\n",
      workspace.suggested_file);
  return prompt;
}

std::string repair_prompt(const std::string& file, const std::string& error, std::uint32_t fix,
                          std::uint32_t most) {
  return fmt::format(
      "You are the WORKER. Your experiment {} failed (fix {} of {}):\n\n{}\nMend that file in place and end "
      "with the same object as before.\n",
      file, fix, most, fenced("error", error));
}

}  // namespace leanlab::metric

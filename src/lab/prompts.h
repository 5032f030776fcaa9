// Prompts: what each role of a metric lab is told. The first line names the role, by which sessions are recognised. Every
// part has a limit, so that a prompt is as long with a million experiments as with fifty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/result.h"
#include "lab/book.h"
#include "lab/config.h"
#include "lab/project.h"

namespace leanlab::lab {

/// No prompt is longer than this.
inline constexpr std::size_t k_longest_prompt = 160u << 10;

/// The lab that a prompt is about.
struct Brief {
  const Place& place;
  const Config& config;
  const Book& book;
};

/// What a Worker starts from.
struct WorkerBrief {
  std::optional<Experiment> parent;      ///< none: the sample, or nothing
  std::vector<Experiment> inspirations;  ///< the best ones, best first
  std::string parent_file;               ///< relative to its folder; may be empty
  std::string suggested_file;            ///< relative to its folder
};

/// The role's text: `agents/<role>.md` of the lab, else the packaged one. Errors: misconfigured (neither is there), io.
[[nodiscard]] Result<std::string> role_text(const Place& place, const std::string& role);
/// Role text, task, start, memory (the best, the failed and why, what not to repeat), the Director's and the Critic's
/// texts, and how to report. Errors: misconfigured, integrity, io.
[[nodiscard]] Result<std::string> worker_prompt(const Brief& brief, const WorkerBrief& start);
/// The turn in which a Worker is asked for the file that it did not write.
[[nodiscard]] std::string no_file_prompt(const std::string& suggested_file);
/// The turn in which a Worker may mend its file.
[[nodiscard]] std::string repair_prompt(const std::string& file, const std::string& error, std::uint32_t fix,
                                        std::uint32_t most);

/// The one file that this role may change: "Director_Notes.md", "Critic_Feedback.md".
[[nodiscard]] const char* file_of(agent::Role role);
/// What the Director or the Critic is told. Errors: as worker_prompt.
[[nodiscard]] Result<std::string> steering_prompt(const Brief& brief, agent::Role role);

/// Text that others wrote, as data: named, and unable to end its own fence.
[[nodiscard]] std::string fenced(std::string_view label, std::string_view text);
/// At most `bytes` of it, cut between lines, saying so.
[[nodiscard]] std::string at_most(std::string_view text, std::size_t bytes);

}  // namespace leanlab::lab

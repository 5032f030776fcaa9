// Labs: finding and opening them for commands.
#include "cli/labs.h"

#include <charconv>
#include <cstdlib>

#include <unistd.h>

#include "base/log.h"
#include "base/strings.h"
#include "lab/housekeeping.h"

namespace leanlab::cli {

lab::Project project_of(const Context& context) {
  lab::Project project = lab::find_project(context.directory, context.state_dir);
  if (const Status finished = lab::finish_renames(project); !finished)
    log_warning("{}", one_line(finished.error()));
  return project;
}

Result<OpenLab> open_lab(const Context& context, const std::string& name_or_path) {
  OpenLab open{project_of(context), {}, {}};
  TRY_ASSIGN(open.place, lab::find_lab(open.project, name_or_path));
  TRY_ASSIGN(open.config, lab::load_config(open.place.folder));
  for (const std::string& warning : open.config.warnings) log_warning("{}", warning);
  return open;
}

Result<std::vector<OpenLab>> open_labs(const Context& context, const std::string& name_or_empty) {
  std::vector<std::string> names{name_or_empty};
  if (name_or_empty.empty()) names = lab::lab_names(project_of(context));
  if (names.empty())
    return fail(
        Error(ErrorCode::not_found, "this project has no lab").then("leanlab init NAME --template matmul"));
  std::vector<OpenLab> labs;
  for (const std::string& name : names) {
    TRY_ASSIGN(OpenLab open, open_lab(context, name));
    labs.push_back(std::move(open));
  }
  return labs;
}

Result<std::pair<std::string, std::uint64_t>> split_id(const std::string& id) {
  const std::size_t slash = id.rfind('/');
  std::uint64_t number = 0;
  if (slash != std::string::npos && slash > 0) {
    const char* end = id.data() + id.size();
    const auto [rest, error] = std::from_chars(id.data() + slash + 1, end, number);
    if (error == std::errc() && rest == end && number > 0) return std::pair(id.substr(0, slash), number);
  }
  return fail(Error(ErrorCode::usage,
                    fmt::format("'{}' is no experiment: an id is LAB/NUMBER, as digits/12", printable(id)))
                  .then("leanlab list"));
}

std::string driver() {
  for (const char* mark : {"CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CODEX_SANDBOX", "CODEX_THREAD_ID",
                           "CURSOR_AGENT", "GEMINI_CLI", "OPENCODE", "AI_AGENT", "LEANLAB_ROLE"})
    if (const char* value = std::getenv(mark); value && *value) return "agent";
  // A run in the background is driven by whoever sent it there.
  if (const char* sent_by = std::getenv(k_sent_by); sent_by && *sent_by) return sent_by;
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1 ? "person" : "unknown";
}

std::optional<sandbox::Tier> min_tier(const Arguments& arguments) {
  const auto tier = arguments.value("--min-tier");
  if (!tier) return std::nullopt;
  return *tier == "A" ? sandbox::Tier::A : *tier == "B" ? sandbox::Tier::B : sandbox::Tier::C;
}

Status allow_owner_act(const OpenLab& open, const std::string& act) {
  if (!open.config.owner_must_be_person || driver() == "person") return {};
  return fail(
      Error(ErrorCode::person_needed,
            fmt::format("{} is an act of the owner, and your configuration asks for a person at a terminal",
                        act))
          .then("leanlab config LAB --show-origin shows where owner.require is set"));
}

std::string shell_word(const std::string& word) {
  return join_command(std::vector<std::string>{word});
}

}  // namespace leanlab::cli

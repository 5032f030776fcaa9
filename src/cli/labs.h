// Labs: from the words of a command to the lab that they mean, and who is acting.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/context.h"
#include "lab/config.h"
#include "lab/project.h"
#include "sandbox/policy.h"

namespace leanlab::cli {

/// A lab whose lab.json has been read.
struct OpenLab {
  lab::Project project;
  lab::Place place;
  lab::Config config;
};

[[nodiscard]] lab::Project project_of(const Context& context);
/// By name or path; warns of unknown fields of its lab.json. Errors: not_found (with a suggestion), misconfigured.
[[nodiscard]] Result<OpenLab> open_lab(const Context& context, const std::string& name_or_path);
/// The lab that is named, or all labs of the project. Errors: as open_lab; not_found when there is none.
[[nodiscard]] Result<std::vector<OpenLab>> open_labs(const Context& context,
                                                     const std::string& name_or_empty);
/// "numbers/12" or a path before the last slash: the lab's word and the number. Errors: usage.
[[nodiscard]] Result<std::pair<std::string, std::uint64_t>> split_id(const std::string& id);
/// Tells a run in the background who sent it there.
inline constexpr const char* k_sent_by = "LEANLAB_SENT_BY";
/// Who drives this process, for acts of the owner: "agent" (a known mark of an agent in the environment), "person"
/// (a terminal), else "unknown".
[[nodiscard]] std::string driver();
/// What `--min-tier` asks for; none: anything will do.
[[nodiscard]] std::optional<sandbox::Tier> min_tier(const Arguments& arguments);
/// An act of the owner, "unlocking digits": refused to all but a person where the user's configuration asks for one.
/// Errors: person_needed.
[[nodiscard]] Status allow_owner_act(const OpenLab& open, const std::string& act);
/// A word as it must be typed in a shell.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace leanlab::cli

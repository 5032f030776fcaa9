// Cgroup files: what the kernel's text files say of the unified hierarchy (cgroup2), and whether a group of it is ours to divide.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/fs.h"
#include "base/result.h"

namespace leanlab::sandbox {

/// The group of the unified hierarchy in the text of /proc/self/cgroup: "/user.slice" of its line "0::/user.slice". None: there is
/// no such line, or the group was removed.
[[nodiscard]] std::optional<std::string> unified_group(std::string_view proc_self_cgroup);

/// The folder in which that group is seen, by the text of /proc/self/mountinfo. None: the hierarchy is not mounted, or only a part of
/// it in which the group is not.
[[nodiscard]] std::optional<fs::path> folder_of_group(std::string_view mountinfo, std::string_view group);

/// The number behind `name` in a text of lines "name number" (memory.events, cpu.stat). None: there is no such line.
[[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view text, std::string_view name);

/// Whether the groups below `folder` have limits for memory and processes: cgroup.subtree_control names both.
[[nodiscard]] bool is_divided(const fs::path& folder);

/// The processes in the group; a 0 is one outside of our pid namespace.
[[nodiscard]] Result<std::vector<pid_t>> processes_in(const fs::path& folder);

/// Whether `pid` is a leanlab (this program), or was started by this process. One that has ended counts as ours.
[[nodiscard]] bool is_ours(pid_t pid);

/// Why groups with limits cannot be made below `folder`, for a person; empty when they can: it is writable, has the controllers, and
/// is divided already or has no processes but ours.
[[nodiscard]] std::string why_not_ours(const fs::path& folder);

}  // namespace leanlab::sandbox

// View: which folders of this system every sandboxed program may read.
#pragma once

#include <vector>

#include "sandbox/policy.h"

namespace leanlab::sandbox {

/// The system's own read-only folders and files that exist here: programs, libraries, what the dynamic linker, the C
/// library and Python need, and a few facts of the machine. No user's files, no configuration with secrets.
/// run() adds it to every policy; an interpreter outside of it is added by its prefix. Each entry costs a mount.
[[nodiscard]] const std::vector<PathRule>& default_view();

/// Besides, in tier B: facts of the machine that in tier A come from a /proc of its own, or are not there to be asked for.
[[nodiscard]] const std::vector<PathRule>& machine_facts();

/// What a program with a network needs besides: name resolution and certificates.
[[nodiscard]] const std::vector<PathRule>& network_view();

/// What lies under `path` must be hidden since it is the engine's own: the state folders that are at, or next
/// below, a visible path.
[[nodiscard]] std::vector<std::string> engine_folders_below(const std::string& path);

/// The same places with all links followed.
[[nodiscard]] std::vector<std::string> real_paths(const std::vector<std::string>& paths);

/// `path` without the `hidden` paths below it, as a list of paths: for tier B, whose rules only add up. `path` may be a
/// link, or lead through one; `hidden` are real paths. Links below it are left out, since they would lead elsewhere.
[[nodiscard]] std::vector<std::string> all_but(const std::string& path,
                                               const std::vector<std::string>& hidden);

/// The `hidden` real paths by the names that they have below `path`, when that leads through a link: for tier A, which shows
/// a folder by the name that was given for it. None when `path` is itself a link, which is shown as one.
[[nodiscard]] std::vector<std::string> hidden_below(const std::string& path,
                                                    const std::vector<std::string>& hidden);

}  // namespace leanlab::sandbox

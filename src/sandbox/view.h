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

/// `path` without the `hidden` paths below it, as a list of paths: for tier B, whose rules only add up. Links are left
/// out, since they would lead elsewhere.
[[nodiscard]] std::vector<std::string> all_but(const std::string& path,
                                               const std::vector<std::string>& hidden);

}  // namespace leanlab::sandbox

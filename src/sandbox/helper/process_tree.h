// Process tree: everything that is, or became, a descendant of this process: measured, and ended.
#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace leanlab::helper {

/// What the living descendants of this process use together.
struct TreeUsage {
  std::uint64_t processes = 0, threads = 0;
  std::uint64_t rss_bytes =
      0;  ///< resident pages and large page tables; pages shared between processes count in each
  std::uint64_t cpu_us = 0;  ///< of the living and of the dead that they waited for
};
TreeUsage measure_tree();

/// The living descendants of this process.
std::vector<pid_t> descendants();

/// Memory of the living descendants with shared pages counted once (PSS): dear, so only asked when rss_bytes is
/// too high. Falls back on rss_bytes for a process that may not be inspected.
std::uint64_t proportional_memory();

/// Kills every descendant and reaps it, until there is none: daemons, sessions of their own and fork bombs too
/// (this process must be a child subreaper). Returns how many were alive besides `command`, whose wait status is
/// stored in `command_status` if it is reaped here. `survivors` is how many did not end within ten seconds of the last find
/// (uninterruptible in the kernel).
std::uint64_t end_tree(pid_t command, int* command_status, std::uint64_t* survivors);

/// Kills our children that are not among `spared`, with their groups, once: for a server, whose children are guardians and what a
/// guardian left that was itself killed.
void end_children_but(const std::vector<pid_t>& spared);

/// Kills every process of this machine whose environment holds `mark`, until none is found: for the supervisor, when a
/// tier C command killed its guardian. Returns how many were ended.
std::uint64_t end_marked(const char* mark);

/// Whether the process hangs on us: by its parent, or its parent's parent, and so on.
bool is_descendant(pid_t pid);

}  // namespace leanlab::helper

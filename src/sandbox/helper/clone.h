// Clone: a fork into namespaces, and into a group of cgroup2.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace leanlab::helper {

/// A descriptor of a group's folder; -1 with errno.
int open_cgroup(const std::string& path);

/// fork(2) with the namespace `flags` of clone(2). The child is in the group `cgroup` before its first instruction, or, where clone3 is
/// not to be had, before it does anything else; -1: in the parent's. Returns -1 with errno.
pid_t clone_process(std::uint64_t flags, int cgroup);

/// Whether this errno of clone_process() comes from the group and from nothing else.
bool is_of_cgroup(int number);

}  // namespace leanlab::helper

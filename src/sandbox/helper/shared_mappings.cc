// /proc/PID/maps names each object by its inode. Those that no process of the command's maps any more are gone, with their pages.
#include "shared_mappings.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "process_tree.h"

namespace leanlab::helper {
namespace {

/// Of the kind: without a file, or of /dev/zero, which is the same.
bool has_no_file(const seccomp_notif& call) {
  if ((call.data.args[3] & MAP_ANONYMOUS) != 0) return true;
  char link[64], target[64];
  std::snprintf(link, sizeof link, "/proc/%u/fd/%d", call.pid, static_cast<int>(call.data.args[4]));
  const ssize_t size = ::readlink(link, target, sizeof target);
  return size == 9 && std::memcmp(target, "/dev/zero", 9) == 0;
}

/// Gives each mapping of the kind, its inode and its size, to `visit`; false when they cannot be read.
template <class Visit>
bool for_each_mapping(pid_t pid, Visit visit) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/maps", pid);
  std::FILE* maps = std::fopen(path, "re");
  if (maps == nullptr) return false;
  char line[512];
  while (std::fgets(line, sizeof line, maps) != nullptr) {
    if (std::strstr(line, " /dev/zero (deleted)") == nullptr) continue;
    std::uint64_t start = 0, end = 0, inode = 0;
    if (std::sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %" SCNu64, &start, &end, &inode) == 3)
      visit(inode, end - start);
  }
  std::fclose(maps);
  return true;
}

}  // namespace

void SharedMappings::look_for_living() {
  std::map<std::uint64_t, std::uint64_t> living;
  bool all_seen = true;
  std::vector<pid_t> pids = descendants();
  // The init of a world, our one child there, maps nothing, and lets nobody but root look.
  if (request_.tier == Tier::A && !pids.empty()) pids.erase(pids.begin());
  for (const pid_t pid : pids) {
    const bool seen = for_each_mapping(
        pid, [&](std::uint64_t inode, std::uint64_t size) { living[inode] = std::max(living[inode], size); });
    all_seen = all_seen && seen;
  }
  if (!all_seen) return;  // what cannot be looked at may hold all of them
  std::sort(made_.begin(), made_.end());
  for (auto& [inode, size] : living) {
    if (const auto known = objects_.find(inode); known != objects_.end()) {
      size = known->second;
    } else if (!made_.empty()) {  // which one of them it is cannot be told: the largest
      size = std::max(size, made_.back());
      made_.pop_back();
    }
  }
  objects_ = std::move(living);
  made_.clear();
}

bool SharedMappings::fits(const seccomp_notif& call) {
  if (request_.memory_bytes == 0 || !has_no_file(call)) return true;
  const std::uint64_t size = call.data.args[1];
  const auto held = [&] {
    std::uint64_t bytes = size;
    for (const auto& [inode, each] : objects_) bytes += each;
    for (const std::uint64_t each : made_) bytes += each;
    return bytes;
  };
  if (size > request_.memory_bytes) return false;
  if (held() > request_.memory_bytes) look_for_living();
  if (held() > request_.memory_bytes) return false;
  made_.push_back(size);
  return true;
}

}  // namespace leanlab::helper

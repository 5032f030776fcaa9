// Policy: what a sandboxed process may see, do and use. Plain data, no behaviour; format version 1 is frozen
// in docs/formats/sandbox-policy.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace leanlab::sandbox {

/// How strong the isolation is; integrity's tiers. C protects nothing and is shown as UNVERIFIED.
enum class Tier { A, B, C };
[[nodiscard]] const char* name(Tier tier);

/// Whose process it is; the seccomp list and the defaults depend on it.
enum class Role {
  judge,       ///< the frozen evaluator
  candidate,   ///< experiment code
  agent,       ///< a Worker, Director, ... with its tools
  in_process,  ///< evaluator and candidate in one process (contract `in-process`)
};
[[nodiscard]] const char* name(Role role);

/// `list`: names of what lies in a folder and below it, and no content; tier A shows the names of what is visible anyway.
enum class Access { read, write, list };
/// One file or folder that is visible, at its own path.
struct PathRule {
  std::string path;
  Access access = Access::read;
};

/// Limits of one run; 0 means "no limit of ours".
struct Limits {
  std::chrono::milliseconds wall{0};
  std::chrono::seconds cpu{0};
  std::uint64_t memory_bytes = 0;
  std::uint32_t processes = 0;  ///< processes and threads at once
  std::uint32_t open_files = 0;
  std::uint64_t file_bytes = 0;  ///< largest single file
  std::uint64_t disk_bytes = 0;  ///< size of the private temporary file system (tier A)
  std::uint32_t disk_inodes = 0;
  std::uint64_t output_bytes =
      1 << 20;  ///< captured of stdout and of stderr, each; the rest is drained and counted
};

struct Policy {
  static constexpr int k_version = 1;
  Role role = Role::in_process;
  std::vector<PathRule> paths;    ///< besides the system's own read-only folders
  std::vector<std::string> hide;  ///< never visible, though a folder of `paths` may hold it
  /// Files and folders of which a try to open or change a file is told, when `paths` does not allow it. It hides nothing.
  std::vector<std::string> watch;
  std::vector<std::string> devices;  ///< besides null, zero, full, random, urandom
  bool network = false;
  bool fork = true;
  Limits limits;
};

}  // namespace leanlab::sandbox

// launch: runs one command under a policy through the helper `leanlab-sandbox`, and reports how it ended.
// When run() returns, nothing that the command started is alive, whatever way it ended.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/interrupt.h"
#include "base/process.h"
#include "base/result.h"
#include "sandbox/policy.h"

namespace leanlab::sandbox {

enum class Stream { out, err };

struct Command {
  std::vector<std::string> argv;  ///< argv[0] is a path, or looked up on the PATH given in `env`
  std::filesystem::path cwd;
  /// The whole environment; nothing is inherited. HOME and TMPDIR, where not given, become the private temporary folder.
  std::vector<std::pair<std::string, std::string>> env;
  std::optional<std::string> input;      ///< stdin's text; none: stdin is /dev/null
  std::vector<std::pair<int, int>> fds;  ///< further descriptors: {ours, theirs}, theirs >= 3
  /// Tier A with a network: the only way out is these ports of 127.0.0.1 inside, whose listeners come to on_door before the
  /// command starts. Empty, or in another tier: the machine's own network.
  std::vector<std::uint16_t> doors;
  std::function<void(std::uint16_t port, Fd listener)> on_door;  ///< from the thread that runs run()
  std::vector<std::uint32_t> cpus;  ///< the cores that it may run on; empty: all of ours
  /// Called with each piece of output as it comes, from the thread that runs run(). May be empty.
  std::function<void(Stream, std::string_view)> on_output;
};

/// Why a command stopped.
enum class End {
  exited,         ///< by itself; see status
  signalled,      ///< a signal that was not ours
  wall_limit,     ///< ended by us: limits.wall
  cpu_limit,      ///< limits.cpu
  memory_limit,   ///< limits.memory_bytes, where that can be told
  process_limit,  ///< limits.processes, where the kernel does not refuse the fork (tiers B and C)
  interrupted,    ///< ended by us: the Interrupt was raised
  guardian_lost,  ///< the command killed its helper (tier C only); what carried our mark was swept up
};
/// "wall_limit" and so on.
[[nodiscard]] const char* name(End end);

/// A kind of system call that the policy denied, and how often it was tried (capped).
struct DeniedCall {
  std::string name;
  std::uint32_t count = 0;
};

struct Outcome {
  End end = End::exited;
  ExitStatus status;  ///< of the command itself; cpu and rss of its whole tree
  std::chrono::microseconds wall{};
  std::string out, err;                        ///< the first limits.output_bytes of each
  std::uint64_t out_bytes = 0, err_bytes = 0;  ///< what was written, kept or not
  std::uint32_t killed_leftovers = 0;          ///< processes still alive at the end, which were then ended
  std::uint32_t survivors =
      0;  ///< processes stuck in the kernel, which SIGKILL did not end within ten seconds
  std::vector<DeniedCall> denied;
  Tier tier = Tier::C;  ///< what was really in force
};

/// The helper binary: beside ours, in ../libexec/leanlab/, or in the build tree. Errors: misconfigured.
[[nodiscard]] Result<std::filesystem::path> helper_path();

/// Runs `command` under `policy` at `tier`, blocking the calling thread. The command has a private temporary
/// folder, gone afterwards, in every tier. Errors: misconfigured (program, folder or helper not found, tier not
/// available here), io. An Interrupt is an Outcome, not an error. Thread: any, many at once; it starts none.
[[nodiscard]] Result<Outcome> run(const Policy& policy, const Command& command, Tier tier,
                                  const Interrupt& interrupt);

}  // namespace leanlab::sandbox

// Guardian: the leanlab-sandbox process of one run: started by itself, or forked by the server that this process keeps.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "base/process.h"
#include "base/result.h"

namespace leanlab::sandbox {

/// A run's descriptors: {ours, theirs}. The first is the control socket.
using Descriptors = std::vector<std::pair<int, int>>;

class Guardian {
 public:
  /// As a program of its own: our child, which a command of tier C can stop and kill. Errors: those of spawn().
  [[nodiscard]] static Result<Guardian> spawn(const std::filesystem::path& helper,
                                              const Descriptors& descriptors);

  /// Namespaces that an earlier world has left clean may be lent to the run: it is of tier A and has no network.
  enum class Namespaces { fresh, lent };
  /// By this process's server, which is started when it is first needed; where that cannot be had, as by spawn(). For tiers A and
  /// B, whose commands reach no process of ours. Thread: any.
  [[nodiscard]] static Result<Guardian> ask_for(const std::filesystem::path& helper,
                                                const Descriptors& descriptors, Namespaces namespaces);

  void resume() const;  ///< it may have been stopped
  void kill() const;
  /// Waits for the end of one of our own; nothing is known of one of the server's.
  [[nodiscard]] ExitStatus wait();

 private:
  explicit Guardian(RunningProcess process) : process_(std::move(process)) {}
  explicit Guardian(std::uint64_t served) : served_(served) {}
  std::optional<RunningProcess> process_;
  std::uint64_t served_ = 0;
};

}  // namespace leanlab::sandbox

// Policies: who may what, for each role; the table of docs/integrity.md as data.
#pragma once

#include <string>
#include <vector>

#include "sandbox/policy.h"

namespace leanlab::sandbox {

/// The frozen evaluator: reads the sealed files, writes only its own temporary folder; no network; may start processes.
[[nodiscard]] Policy judge_policy(const std::vector<std::string>& sealed, const Limits& limits);

/// Experiment code: reads its own files and public data; no network, no processes of its own unless the lab allows them.
enum class Forks { denied, allowed };
[[nodiscard]] Policy candidate_policy(const std::vector<std::string>& own_and_public, Forks forks,
                                      const Limits& limits);

/// Evaluator and experiment in one process: reads what either needs.
[[nodiscard]] Policy in_process_policy(const std::vector<std::string>& readable, const Limits& limits);

/// An agent at work: its workspace is writable, the project readable, the model reachable.
[[nodiscard]] Policy agent_policy(const std::vector<std::string>& writable,
                                  const std::vector<std::string>& readable, const Limits& limits);

}  // namespace leanlab::sandbox

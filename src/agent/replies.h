// Replies: takes a structured object out of what an agent wrote around it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/agent.h"
#include "base/json.h"

namespace leanlab::agent {

/// The object that an agent replied with: the whole reply, else the last fenced block, else the last balanced object, each
/// only if it has all of `required` as keys. None if there is no such object. Only the last 256 KiB are searched.
[[nodiscard]] std::optional<Json> find_reply(std::string_view reply,
                                             std::span<const std::string_view> required);

/// What a worker reports at the end of its turn.
struct WorkerReport {
  std::string experiment_file;
  bool valid = true;  ///< what the agent says of the validator
  std::string notes;  ///< one line
};

/// What a program says that its turn has cost: `{"usage": {"cost_usd": 0.02, "model": "x", "input": 10, "output": 5,
/// "cache_read": 0, "cache_write": 0}}` anywhere in its reply; each member may be missing. Fills in the turn.
void take_usage(Turn& turn);

/// The worker's report in a reply; none without a text under `experiment_file`.
[[nodiscard]] std::optional<WorkerReport> find_worker_report(std::string_view reply);

}  // namespace leanlab::agent

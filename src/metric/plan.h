// Plan: what a run was asked for, on disk, so that --resume can make the rest of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "lab/project.h"

namespace leanlab::metric {

struct Plan {
  std::uint64_t experiments = 0;
  std::uint64_t after_number = 0;  ///< experiments up to this number are of earlier runs
  std::uint64_t seed = 0;
  std::string agent;  ///< as the team described itself
  bool finished = false;
  std::optional<double> usd;                  ///< --usd, for the run with all its resumptions
  double usd_before = 0;                      ///< what the lab had spent when it began
  std::map<std::string, std::string> agents;  ///< --agent: role to spec, "" for all; a resumption keeps them
};

/// Errors: io, no_space.
[[nodiscard]] Status save_plan(const lab::Place& place, const Plan& plan);
/// The last run's; none: there is none, or it cannot be read.
[[nodiscard]] std::optional<Plan> load_plan(const lab::Place& place);

}  // namespace leanlab::metric

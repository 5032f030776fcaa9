// Loop: propose, take in, judge, repair, record, until enough experiments are made.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/result.h"
#include "lab/config.h"
#include "lab/events.h"
#include "lab/project.h"
#include "sandbox/policy.h"

namespace leanlab::metric {

struct RunOptions {
  std::uint64_t experiments = 5;
  std::optional<std::uint32_t> parallel;      ///< --parallel: both proposals and evaluations; none: the lab's
  std::map<std::string, std::string> agents;  ///< role -> spec; "" is the key for all roles
  std::optional<std::uint64_t> seed;
  std::optional<UtcTime> until;           ///< start nothing new after this
  std::optional<double> usd;              ///< --usd: most that this run may cost, with its resumptions
  bool allow_unknown_cost = false;        ///< run unpriced agents under a budget in dollars
  bool resume_only = false;               ///< --resume: first what was under way, then the rest of that run
  std::optional<sandbox::Tier> min_tier;  ///< refuse to run below
  std::string driver = "unknown";         ///< who started it: person, agent, unknown
};

/// Runs a lab: takes its lock, opens book and seal, says what is continued, and makes experiments.
/// Errors: lab_busy, misconfigured, integrity (a sealed file changed; the run stops), interrupted (with
/// everything recorded), no_space, agent_unavailable, person_needed (a budget was raised). A summary has been sent to `sink` before an error of a
/// run that had begun.
[[nodiscard]] Result<lab::RunSummary> run_lab(const lab::Project& project, const lab::Place& place,
                                              const RunOptions& options, const lab::EventSink& sink,
                                              const Clock& clock, const Interrupt& interrupt);

/// Judges files that a person wrote. Errors: as run_lab; not_found for a missing file (nothing is judged
/// then).
[[nodiscard]] Result<lab::RunSummary> submit_files(const lab::Project& project, const lab::Place& place,
                                                   const std::vector<std::string>& files,
                                                   const std::string& driver, const lab::EventSink& sink,
                                                   const Clock& clock, const Interrupt& interrupt,
                                                   std::optional<sandbox::Tier> min_tier = std::nullopt);

/// The Worker's prompt as the next turn would get it; spends nothing.
[[nodiscard]] Result<std::string> dry_run(const lab::Project& project, const lab::Place& place,
                                          const RunOptions& options, const Clock& clock);

}  // namespace leanlab::metric

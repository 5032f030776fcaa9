// Judgement: the result grammar. What an evaluator wrote and how it ended, turned into numbers or a reason.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/config.h"
#include "sandbox/launch.h"

namespace leanlab::lab {

struct Judgement {
  std::optional<double> value;                          ///< none: invalid
  std::vector<std::pair<std::string, double>> metrics;  ///< the objective among them
  std::string info;                                     ///< JSON object of strings and booleans, or empty
  std::string line;                                     ///< of stdout, that gave the value
  std::string reason;                                   ///< why invalid, for a person; empty otherwise
  std::vector<std::string> warnings;                    ///< what was dropped
};

/// Exit 0; exactly one line of stdout that is an object with the objective; at most 64 keys and 16 KiB; a
/// finite number.
[[nodiscard]] Judgement judge_outcome(const sandbox::Outcome& outcome, const sandbox::Limits& limits,
                                      const std::string& metric);

/// The validator's word: empty when VALID, else why not.
[[nodiscard]] std::string validator_objection(const sandbox::Outcome& outcome, const sandbox::Limits& limits);

}  // namespace leanlab::lab

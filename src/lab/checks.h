// Checks: the preflight of contract section 7, and the resolution of a lab's commands to real programs.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/result.h"
#include "exec/executor.h"
#include "lab/config.h"
#include "lab/project.h"

namespace leanlab::lab {

struct Check {
  std::string name;
  enum class Status { ok, warn, fail } status = Status::ok;
  std::string message;                        ///< what was found and, unless ok, what to do
  ErrorCode code = ErrorCode::misconfigured;  ///< of a failed check: what stops a run, and its exit code
};
[[nodiscard]] const char* name(Check::Status status);

/// `trusting` takes the trials of evaluator and validator as passed when they passed before under the same seal, with the
/// same sample on the same machine, within a day; `thorough` runs them anyway.
enum class Checking { thorough, trusting };

/// Runs all checks in order, telling each as it is done; never an error: what cannot be found out is a failed
/// check.
[[nodiscard]] std::vector<Check> check_lab(const Project& project, const std::string& lab,
                                           const Interrupt& interrupt,
                                           const std::function<void(const Check&)>& on_check,
                                           Checking checking = Checking::thorough);

}  // namespace leanlab::lab

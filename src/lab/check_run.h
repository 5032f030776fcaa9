// CheckRun: what the checks of one lab share, and where they tell what they found.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab/checks.h"
#include "lab/judging.h"
#include "lab/seal.h"

namespace leanlab::lab {

struct CheckRun {
  const Project& project;
  Place place;
  Config config;
  const Interrupt& interrupt;
  std::function<void(const Check&)> on_check;
  Checking checking = Checking::thorough;
  std::vector<Check> checks = {};
  std::string sample = {};              ///< the starting point, relative to the lab; empty: none
  std::optional<Judging> judging = {};  ///< how experiments are judged; none: it could not be found out
  std::optional<Seal> seal = {};        ///< the lock in force, else what a run would seal now

  void tell(std::string name, Check::Status status, std::string message,
            ErrorCode code = ErrorCode::misconfigured);
  void ok(std::string name, std::string message) {
    tell(std::move(name), Check::Status::ok, std::move(message));
  }
  void warn(std::string name, std::string message) {
    tell(std::move(name), Check::Status::warn, std::move(message));
  }
  void fail(std::string name, std::string message) {
    tell(std::move(name), Check::Status::fail, std::move(message));
  }
  /// The message with its place and the next act.
  void fail(std::string name, const Error& error);
  /// The lab's name as a word of a command.
  [[nodiscard]] std::string word() const;
};

// In the order in which they run. Each tells one or more checks.
void check_files(CheckRun& run);
void check_programs(CheckRun& run);
void check_seal(CheckRun& run);
void check_commands(CheckRun& run);
void check_agent(CheckRun& run);
void check_prompts(CheckRun& run);
void check_judging(CheckRun& run);
void check_data(CheckRun& run);
void check_machine(CheckRun& run);

}  // namespace leanlab::lab

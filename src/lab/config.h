// Config: lab.json, read strictly: wrong types are errors with line and caret, unknown fields are warnings.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/result.h"
#include "sandbox/policy.h"

namespace leanlab::lab {

using agent::Direction;

struct Objective {
  std::string metric;
  Direction direction = Direction::maximise;
  /// Strictly better than.
  [[nodiscard]] bool better(double a, double b) const {
    return direction == Direction::maximise ? a > b : a < b;
  }
};
/// "min" or "max".
[[nodiscard]] const char* name(Direction direction);

enum class JudgeContract { automatic, isolated, proxied, in_process };
enum class Duplicates { refuse, allow };

/// What lab.json says, with the documented default for all that it does not say.
struct Config {
  std::string name;
  std::string description;
  Objective objective;
  std::string experiments_dir = "experiments";
  std::string results_file = "results.jsonl";
  std::string validate_cmd;  ///< may be empty
  std::string eval_cmd;
  std::uint32_t director_every = 5;
  std::uint32_t critic_every = 5;
  std::uint32_t max_fix_calls = 3;

  std::chrono::milliseconds evaluation_limit{600'000};
  std::chrono::milliseconds agent_limit{1'800'000};
  std::uint64_t memory_mb = 4096;
  std::uint32_t processes = 256;
  std::uint64_t disk_mb = 1024;
  std::uint64_t output_mb = 4;
  std::uint32_t parallel_proposals = 1;
  std::uint32_t parallel_evaluations = 1;
  bool exclusive = false;
  std::uint32_t cpus = 0;
  std::uint32_t gpus = 0;
  JudgeContract judge = JudgeContract::automatic;
  Duplicates duplicates = Duplicates::refuse;
  std::vector<std::string> data;
  std::map<std::string, std::string> agents;  ///< role -> backend spec ("worker" -> "tuner")

  std::string text;                   ///< the file as read, for places in errors and for the seal
  std::vector<std::string> warnings;  ///< one a line, with the nearest known field
};

/// Reads `<folder>/lab.json`. Errors: misconfigured (line, column, caret), unsupported (a field that is not
/// built yet), io.
[[nodiscard]] Result<Config> load_config(const std::filesystem::path& folder);
/// From text; `shown` is the file's name in errors.
[[nodiscard]] Result<Config> parse_config(const std::string& text, const std::string& shown);

}  // namespace leanlab::lab

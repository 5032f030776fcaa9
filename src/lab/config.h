// Config: lab.json, read strictly: wrong types are errors with line and caret, unknown fields are warnings.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
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

/// A source of values besides lab.json: the user's file below it, LEANLAB_* variables above it.
struct ConfigLayer {
  enum class Rank { below_lab, above_lab } rank = Rank::below_lab;
  std::string shown;  ///< the file's path, or "environment"
  std::string text;   ///< JSON of the same shape as lab.json
};

/// One member of a team that plays a role.
struct AgentChoice {
  std::string spec;       ///< "claude:opus", "command:./propose.sh"
  double weight = 1.0;    ///< how often it is picked, relative to the role's others
  std::string options{};  ///< JSON object that the backend reads (agent/options.h); empty: none
};
/// What may be spent on a lab in all its runs; none: no cap.
struct Budget {
  std::optional<double> usd;
  std::optional<std::uint64_t> tokens;
  std::optional<double> hours;  ///< of runs
  std::optional<std::uint64_t> experiments;
};

/// What agents and candidates may reach besides what their roles give them. Paths are absolute or start in the lab.
struct SandboxRules {
  std::vector<std::string> read;     ///< public data and code: for candidates and agents
  std::vector<std::string> hide;     ///< never shown to candidates and agents
  std::vector<std::string> network;  ///< hosts that agents may reach besides their provider's
  std::vector<std::string> write;    ///< folders that agents may change; relative ones start in the project
  std::vector<std::string> devices;  ///< for candidates
  bool processes = false;            ///< candidates may start processes; threads they may in any case
};

/// What lab.json says, with the documented default for all that it does not say.
struct Config {
  std::string name;
  std::string description;
  Objective objective;
  std::string experiments_dir = "experiments";
  std::string results_file = "results.jsonl";
  std::string validate_cmd;  ///< may be empty
  std::string eval_cmd;
  std::string
      candidate_cmd;  ///< serves an experiment that is no Python module; empty: leanlab's Python worker does
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
  SandboxRules sandbox;
  Duplicates duplicates = Duplicates::refuse;
  std::vector<std::string> data;
  std::map<std::string, std::vector<AgentChoice>> agents;  ///< role -> who plays it; no empty lists
  Budget budget;

  bool owner_must_be_person = false;  ///< the user's `owner.require`: acts of the owner are refused to others

  std::string text;                   ///< the file as read, for places in errors and for the seal
  std::vector<ConfigLayer> layers;    ///< the other sources of values, the weakest first
  std::vector<std::string> warnings;  ///< one a line, with the nearest known field
};

/// Reads `<folder>/lab.json` between its layers: the user's `config.json` gives what it does not say, LEANLAB_* variables
/// overrule it. Errors: misconfigured (line, column, caret), unsupported (a field that is not built yet), io.
[[nodiscard]] Result<Config> load_config(const std::filesystem::path& folder);
/// Only what the layers besides lab.json say: the user's file and the variables. Errors: as load_config.
[[nodiscard]] Result<Config> load_layers();
/// From text alone, without layers; `shown` is the file's name in errors.
[[nodiscard]] Result<Config> parse_config(const std::string& text, const std::string& shown);

}  // namespace leanlab::lab

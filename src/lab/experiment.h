// Experiment: one attempt as the book knows it, and its JSON shape (contract section 12).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agent/agent.h"
#include "base/json.h"
#include "base/result.h"
#include "sandbox/policy.h"

namespace leanlab::lab {

/// The verdict; `pending` until there is one.
enum class Verdict { pending, accepted, rejected, undecided, invalid, tampered };
[[nodiscard]] const char* name(Verdict verdict);

/// How judge and candidate were kept apart.
enum class Level { isolated, proxied, in_process };
[[nodiscard]] const char* name(Level level);

/// How it came into the book.
enum class Origin { run, submitted, imported };
[[nodiscard]] const char* name(Origin origin);

/// A system call or connection that one of an experiment's processes, or the agent that wrote it, tried and was denied.
struct DeniedTry {
  std::string who;  ///< "experiment", "judge", "evaluator" (both in one process), "validator", "worker"
  std::string call;
  std::uint32_t count = 0;  ///< capped
};

struct Experiment {
  std::string lab;
  std::uint64_t number = 0;  ///< counts from 1; the id is `<lab>/<number>`
  std::uint64_t seq = 0;     ///< of its last ledger record
  std::string file;          ///< relative to the lab
  std::string sha256;        ///< of the primary file; empty for imported rows whose file is gone
  Verdict verdict = Verdict::pending;
  std::optional<double> value;
  std::vector<std::pair<std::string, double>> metrics;  ///< the objective among them
  /// The book's best value after it. What rows and --json call `best_so_far` is 0.2.1's bool instead: true
  /// exactly for a new best (verdict accepted).
  std::optional<double> best_so_far;
  std::string reason;  ///< why it is invalid, tampered or not verifiable; empty otherwise
  std::string notes;
  std::string parent;  ///< id, or empty
  std::string agent;   ///< "tuner", "command:./x", "person"; empty when unknown
  Origin origin = Origin::run;
  Level level = Level::in_process;
  sandbox::Tier tier = sandbox::Tier::C;
  bool sealed = false;
  std::string seal;                   ///< hash of the manifest it was judged under
  std::uint64_t evaluation_seed = 0;  ///< LEANLAB_SEED
  std::vector<double> repeats;        ///< every value, in order
  std::optional<double> cost_usd;
  std::optional<agent::Tokens> tokens;
  std::optional<double> seconds;  ///< wall time of the evaluation
  std::optional<double> cpu_seconds;
  std::optional<double>
      candidate_cpu_seconds;  ///< of cpu_seconds, the experiment's own process; none: in-process
  std::string
      pipe;  ///< JSON object of what crossed between judge and experiment (docs/formats/judge-protocol.md)
  std::vector<DeniedTry> denied;
  std::optional<double> turn_seconds;  ///< of the proposal and its repairs
  std::uint32_t fixes = 0;             ///< repair turns that it took
  std::string log;                     ///< blob: what the evaluator wrote
  std::string transcript;              ///< blob: the agent's raw stream
  std::string info;                    ///< JSON object of the evaluator's strings and booleans, or empty
  std::vector<std::string> warnings;
  std::string tag;
  std::string ts;  ///< ISO 8601, UTC

  [[nodiscard]] std::string id() const { return lab + "/" + std::to_string(number); }
};

/// The stable shape of contract section 12, and a few keys more.
[[nodiscard]] Json to_json(const Experiment& experiment);
/// The whole experiment, for the ledger's record; from_record is its reverse. Errors: integrity (not such an
/// object).
[[nodiscard]] Json to_record(const Experiment& experiment);
[[nodiscard]] Result<Experiment> from_record(const Json& body, std::string lab);
/// The row of results.jsonl: 0.2.1's fields at the top, all else in `leanlab`, with the ledger's id and the record's number.
[[nodiscard]] std::string to_row(const Experiment& experiment, const std::string& metric,
                                 const std::string& ledger);

/// Tokens as `--json` and the ledger have them; null when they are unknown.
[[nodiscard]] Json tokens_json(const std::optional<agent::Tokens>& tokens);

}  // namespace leanlab::lab

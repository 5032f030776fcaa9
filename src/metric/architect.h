// Architect: an agent drafts a lab; a person (or --yes) approves; then it is written, whole or not at all.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/fs.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/result.h"
#include "lab/config.h"
#include "lab/project.h"
#include "metric/lone_turn.h"

namespace leanlab::metric {

/// A lab that does not exist yet.
struct Draft {
  std::string description;  ///< one line
  std::string task;         ///< task.md
  lab::Objective objective;
  std::string eval_cmd, validate_cmd;
  std::map<std::string, std::string> files;  ///< path in the lab to text: evaluator, validator, sample
  std::vector<std::string> packages;         ///< that the evaluator needs
};

/// Talks with one agent about one lab, in a folder that goes with the object.
class Architect {
 public:
  /// Errors: io.
  [[nodiscard]] static Result<Architect> make(const lab::Project& project, const std::string& name,
                                              agent::Agent& agent, const Interrupt& interrupt);
  /// Task and objective from a plain description; with `feedback` the last draft is changed. Errors: goal_not_met (no usable
  /// reply in three turns), and those of take_turn.
  [[nodiscard]] Status draft_task(const std::string& wish, const std::string& feedback);
  /// Evaluator, validator and sample for the task. Errors: as draft_task.
  [[nodiscard]] Status draft_scorer(const std::string& feedback);
  [[nodiscard]] const Draft& draft() const { return draft_; }
  /// The turns so far, for the lab's ledger.
  [[nodiscard]] const std::vector<LoneTurn>& turns() const { return turns_; }

 private:
  Architect(const lab::Project& project, std::string name, agent::Agent& agent, const Interrupt& interrupt,
            TempDirectory folder)
      : project_(project),
        name_(std::move(name)),
        agent_(agent),
        interrupt_(interrupt),
        folder_(std::move(folder)) {}
  Result<Json> ask(const std::string& prompt, const std::vector<std::string>& keys);
  Result<std::string> role() const;
  Status take_task(const Json& reply);
  Status take_scorer(const Json& reply);
  void take_written_files();

  lab::Project project_;
  std::string name_;
  agent::Agent& agent_;
  const Interrupt& interrupt_;
  TempDirectory folder_;
  std::optional<std::string> session_;
  std::string wish_;
  Draft draft_;
  std::vector<LoneTurn> turns_;
};

/// The draft as lab.json.
[[nodiscard]] std::string lab_json_of(const Draft& draft, const std::string& name);
/// Writes `.leanlab/<name>`, which must not exist, with one rename. Errors: usage (taken, no name), io, no_space.
[[nodiscard]] Result<lab::Place> write_draft(const lab::Project& project, const std::string& name,
                                             const Draft& draft);

}  // namespace leanlab::metric

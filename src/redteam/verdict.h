// Verdict: whether an attack held, from what leanlab recorded and what is left on the machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "redteam/corpus.h"
#include "sandbox/policy.h"

namespace leanlab::redteam {

/// What leanlab made of one submission.
struct Record {
  int exit_code = 0;
  std::string id;  ///< "proxied/12"; empty when refused
  std::string
      status;  ///< accepted, rejected, undecided, invalid, tampered; "refused"; empty: nothing was recorded
  std::optional<double> value;
  std::string reason;
  std::string level, tier;            ///< as the record says it was judged
  std::vector<std::string> evidence;  ///< what the record says was tried: denied calls, warnings
};

/// One attack in one tier.
struct Outcome {
  std::string name, group, tries;
  Must must = Must::unmoved;
  sandbox::Tier tier = sandbox::Tier::C;
  bool honest = false;
  bool held = false;              ///< an honest program: it passed
  bool skipped = false;           ///< not tried, see `what`
  std::string what;               ///< one line: what happened
  std::vector<std::string> seen;  ///< what its record says it tried, all of it
};

/// An outcome of `attack`, with nothing known yet.
[[nodiscard]] Outcome outcome_of(const Attack& attack, sandbox::Tier tier);
/// Why `record` is not what the attack must get, or empty. `reference` is the score of the honest program.
[[nodiscard]] std::string objection(const Attack& attack, const Record& record, double reference);
/// One line about a record that is as it must be, with the first few things that were seen of it.
[[nodiscard]] std::string describe(const Attack& attack, const Record& record);

}  // namespace leanlab::redteam

// The score decides: every file of the corpus predicts the mean unless it got what it was after.
#include "redteam/verdict.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/strings.h"

namespace leanlab::redteam {

namespace {

// Rounding on the way (a decimal to a float, say), far below any gain.
constexpr double k_rounding = 1e-9;

bool is_near(double value, double reference) {
  return std::abs(value - reference) <= k_rounding * std::max(1.0, std::abs(reference));
}

std::string got(const Record& record) {
  std::string text = record.status.empty() ? "nothing was recorded" : record.status;
  if (record.value) text += fmt::format(" with {}", number(*record.value));
  return record.reason.empty() ? text : text + ": " + record.reason;
}

}  // namespace

Outcome outcome_of(const Attack& attack, sandbox::Tier tier) {
  Outcome outcome;
  outcome.name = attack.name;
  outcome.group = attack.group;
  outcome.tries = attack.tries;
  outcome.must = attack.must;
  outcome.tier = tier;
  outcome.honest = attack.honest;
  return outcome;
}

std::string objection(const Attack& attack, const Record& record, double reference) {
  const auto not_so = [&] { return fmt::format("must be {}, got {}", name(attack.must), got(record)); };
  if (record.exit_code != 0 && record.exit_code != 1)
    return fmt::format("leanlab ended with exit {}: {}", record.exit_code, record.reason);
  if (record.status == "tampered") return "it changed sealed bytes: " + record.reason;
  const bool judged = record.value.has_value();
  const bool invalid = record.status == "invalid" && !judged;
  const bool same = judged && *record.value == reference;
  switch (attack.must) {
    case Must::contained:
      return record.status.empty() ? not_so() : "";
    case Must::refused:
      return record.status == "refused" ? "" : not_so();
    case Must::invalid:
      return invalid ? "" : not_so();
    case Must::unmoved:
      return same ? "" : not_so();
    case Must::either:
      return same || invalid || record.status == "refused" ? "" : not_so();
    case Must::close:
      return judged && is_near(*record.value, reference) ? "" : not_so();
    case Must::better:
      return judged && *record.value < reference && !is_near(*record.value, reference) ? "" : not_so();
  }
  return not_so();
}

std::string describe(const Attack& attack, const Record& record) {
  std::string text = !record.value                    ? record.status + ": " + record.reason
                     : attack.must == Must::contained ? "contained"
                     : attack.honest                  ? "scored " + short_number(*record.value)
                                                      : "score unmoved";
  constexpr std::size_t k_most = 2, k_columns = 60;
  for (std::size_t i = 0; i < std::min(k_most, record.evidence.size()); ++i)
    text += (i == 0 ? "; seen: " : ", ") + clip(record.evidence[i], k_columns);
  if (record.evidence.size() > k_most) text += fmt::format(" and {} more", record.evidence.size() - k_most);
  return printable(text);
}

}  // namespace leanlab::redteam

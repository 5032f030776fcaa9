// Fuzzes lab/judgement: what an evaluator printed is a finite number with what belongs to it, or a reason; nothing else.
#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "checks.h"
#include "judgement_checks.h"
#include "lab/judgement.h"
#include "target.h"

namespace leanlab::lab {
namespace {

sandbox::Outcome printed(std::string out) {
  sandbox::Outcome outcome;
  outcome.status.exit_status = 0;
  outcome.out_bytes = out.size();
  outcome.out = std::move(out);
  return outcome;
}

void judge(std::string_view input, const std::string& metric) {
  const sandbox::Limits limits;
  const std::string out(input);
  const Judgement judgement = judge_outcome(printed(out), limits, metric);
  fuzz::check_judgement(judgement, metric);
  // It came from a line of stdout as it stands there.
  if (judgement.value) INVARIANT(out.find(judgement.line) != std::string::npos);
  // The same score twice is none, and a score of a process that failed is none.
  if (judgement.value) INVARIANT(!judge_outcome(printed(out + "\n" + judgement.line), limits, metric).value);
  sandbox::Outcome failed = printed(out);
  failed.status.exit_status = 1;
  fuzz::check_judgement(judge_outcome(failed, limits, metric), metric);
  INVARIANT(!judge_outcome(failed, limits, metric).value);
  // On stderr it is none either.
  sandbox::Outcome misplaced = printed("");
  misplaced.err = out;
  misplaced.err_bytes = out.size();
  INVARIANT(!judge_outcome(misplaced, limits, metric).value);
}

}  // namespace
}  // namespace leanlab::lab

FUZZ_TARGET(judgement) {
  using namespace leanlab;
  lab::judge(input, "score");
  lab::judge(input, "a\"\n");
  const std::string objection = lab::validator_objection(lab::printed(std::string(input)), sandbox::Limits{});
  INVARIANT(fuzz::is_shown(objection));
  if (objection.empty()) INVARIANT(input.find("VALID") != std::string_view::npos);
}

#include "lab/judgement.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leanlab::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

sandbox::Limits limits() {
  sandbox::Limits l;
  l.wall = std::chrono::seconds(90);
  l.cpu = std::chrono::seconds(60);
  l.memory_bytes = 512u << 20;
  l.output_bytes = 1u << 20;
  return l;
}

sandbox::Outcome printed(std::string out, std::string err = "", int status = 0) {
  sandbox::Outcome o;
  o.status.exit_status = status;
  o.out_bytes = out.size();
  o.err_bytes = err.size();
  o.out = std::move(out);
  o.err = std::move(err);
  return o;
}

Judgement judge(const sandbox::Outcome& outcome) {
  Judgement j = judge_outcome(outcome, limits(), "rmse");
  EXPECT_EQ(j.value.has_value(), j.reason.empty());
  return j;
}

TEST(JudgeOutcome, TakesTheScoreTheMetricsAndTheInfo) {
  const Judgement j =
      judge(printed("loading\n{\"step\": 1}\n{\"rmse\": 0.4, \"zeta\": 3, \"kernel\": \"rbf\", \"ok\": "
                    "true, \"alpha\": -1}\ndone\n",
                    "a warning"));
  EXPECT_EQ(j.value, 0.4);
  EXPECT_THAT(j.metrics, ElementsAre(Pair("rmse", 0.4), Pair("zeta", 3.0), Pair("alpha", -1.0)));
  EXPECT_EQ(j.info, R"({"kernel":"rbf","ok":true})");
  EXPECT_THAT(j.warnings, IsEmpty());
}

TEST(JudgeOutcome, DropsWhatIsNoMetricWithAWarning) {
  const Judgement j = judge(
      printed(R"({"rmse": 1, "a": NaN, "b": -Infinity, "c": [1], "d": {"x": 1}, "e": null, "f": 1e999})"));
  EXPECT_EQ(j.value, 1.0);
  EXPECT_THAT(j.metrics, ElementsAre(Pair("rmse", 1.0)));
  EXPECT_THAT(j.warnings, ElementsAre("\"a\" was dropped: it is NaN", "\"b\" was dropped: it is -Infinity",
                                      "\"c\" was dropped: it is a list", "\"d\" was dropped: it is an object",
                                      "\"e\" was dropped: it is null", "\"f\" was dropped: it is 1e999"));
}

TEST(JudgeOutcome, TheObjectiveMustBeAFiniteNumber) {
  const std::pair<const char*, const char*> cases[] = {
      {"NaN", "\"rmse\" is NaN, which is no finite number"},
      {"Infinity", "\"rmse\" is Infinity"},
      {"-Infinity", "\"rmse\" is -Infinity"},
      {"1e999", "\"rmse\" is 1e999"},
      {"-1e999", "\"rmse\" is -1e999"},
      {"true", "a boolean"},
      {"\"0.4\"", "is the text \"0.4\", not a number: print it without quotes"},
      {"null", "is null"},
      {"[0.4]", "is a list"},
      {"{}", "is an object"},
      {"nan", "cannot be read"},
      {"", "cannot be read"},
      {"0.4.4", "cannot be read"},
  };
  for (const auto& [value, reason] : cases) {
    EXPECT_THAT(judge(printed("{\"rmse\": " + std::string(value) + "}\n")).reason, HasSubstr(reason))
        << value;
  }
}

TEST(JudgeOutcome, ExactlyOneLineCarriesTheObjective) {
  EXPECT_THAT(judge(printed("{\"rmse\": 1}\n{\"rmse\": 1}\n")).reason,
              HasSubstr("2 lines with the objective"));
  EXPECT_THAT(judge(printed("{\"rmse\": 1}\n{\"rmse\": oops}\n")).reason,
              HasSubstr("2 lines with the objective"));
  EXPECT_THAT(judge(printed("{\"rmse\": 1, \"rmse\": 2}\n")).reason, HasSubstr("stands twice"));
  EXPECT_THAT(judge(printed("")).reason, HasSubstr("printed nothing"));
  EXPECT_THAT(judge(printed("\n \n", "Traceback\nValueError: bad\n")).reason,
              HasSubstr("nothing on stdout; its last words: ValueError: bad"));
  EXPECT_THAT(judge(printed("0.4\n")).reason, HasSubstr("the last one was: 0.4"));
  EXPECT_THAT(judge(printed("{\"mae\": 1, \"r2\": 2}")).reason, HasSubstr("an object with: mae, r2"));
  EXPECT_THAT(judge(printed("[{\"rmse\": 1}]")).reason, HasSubstr("no line of stdout"));
  EXPECT_THAT(judge(printed("", "{\"rmse\": 1}\n")).reason, HasSubstr("to stderr only"));
  EXPECT_THAT(judge(printed("{'rmse': 0.4}")).reason, HasSubstr("double quotes"));
  EXPECT_EQ(judge(printed("{\"rm\\u0073e\": 5}\r\n")).value, 5.0);
  EXPECT_EQ(judge(printed("  {\"rmse\": 5}")).value, 5.0);
}

TEST(JudgeOutcome, SizesAreLimited) {
  std::string keys = "{\"rmse\": 1";
  for (int i = 0; i < 63; ++i) keys += fmt::format(", \"k{}\": 1", i);
  EXPECT_EQ(judge(printed(keys + "}")).value, 1.0);
  EXPECT_THAT(judge(printed(keys + ", \"more\": 1}")).reason, HasSubstr("65 keys"));
  EXPECT_THAT(judge(printed("{\"rmse\": 1, \"x\": \"" + std::string(17000, 'y') + "\"}")).reason,
              HasSubstr("bytes long"));
  const auto nested = [](std::size_t depth) {
    return printed("{\"rmse\": 1, \"x\": " + std::string(depth, '[') + std::string(depth, ']') + "}");
  };
  EXPECT_EQ(judge(nested(50)).value, 1.0);
  EXPECT_THAT(judge(nested(8000)).reason, HasSubstr("the score line cannot be read"));
  auto flood = printed("{\"rmse\": 1}\n");
  flood.out_bytes = 50'000'000;
  EXPECT_THAT(judge(flood).reason, HasSubstr("printed 50.0 MB, more than limits.output_mb"));
}

TEST(JudgeOutcome, ExitStatusCountsEvenAfterAScore) {
  const std::string reason = judge(printed("{\"rmse\": 1}\n", "boom\n", 3)).reason;
  EXPECT_THAT(reason, HasSubstr("exit status 3"));
  EXPECT_THAT(reason, HasSubstr("after it had printed a score"));
  EXPECT_THAT(reason, HasSubstr("boom"));
  EXPECT_THAT(judge(printed("", "sh: x: not found\n", 127)).reason, HasSubstr("a program was not found"));
  EXPECT_THAT(judge(printed("", "", 139)).reason, HasSubstr("killed by signal 11: Segmentation fault"));
  EXPECT_THAT(judge(printed("", "", 137)).reason, HasSubstr("for lack of memory"));
  EXPECT_THAT(judge(printed("", "MemoryError\n", 1)).reason, HasSubstr("limits.memory_mb is 512"));
}

TEST(JudgeOutcome, EachEndHasAReasonOfItsOwn) {
  using sandbox::End;
  auto o = printed("{\"rmse\": 1}\n", "MemoryError\n");
  const auto reason = [&](End end, int signal = 0) {
    o.end = end;
    o.status.exit_status = -1;
    o.status.signal_number = signal;
    return judge(o).reason;
  };
  EXPECT_THAT(reason(End::wall_limit), HasSubstr("did not end within 1 min 30 s (limits.seconds)"));
  EXPECT_THAT(reason(End::cpu_limit), HasSubstr("processor time"));
  EXPECT_THAT(reason(End::memory_limit), HasSubstr("512 MB of memory (limits.memory_mb)"));
  EXPECT_THAT(reason(End::process_limit), HasSubstr("(limits.processes)"));
  EXPECT_THAT(reason(End::guardian_lost), HasSubstr("guardian was killed"));
  EXPECT_THAT(reason(End::interrupted), HasSubstr("because the run was"));
  EXPECT_THAT(reason(End::signalled, SIGKILL), HasSubstr("signal 9"));
  EXPECT_THAT(reason(End::signalled, SIGSEGV), HasSubstr("it crashed; its last words: MemoryError"));
}

TEST(JudgeOutcome, ADaemonLeftBehindSpoilsTheScore) {
  auto o = printed("{\"rmse\": 1}\n");
  o.killed_leftovers = 2;
  EXPECT_THAT(judge(o).reason, HasSubstr("left 2 processes running"));
}

TEST(JudgeOutcome, QuotesAreMadeHarmless) {
  const std::string reason = judge(printed("", "\x1b[31mred\xff" + std::string(1000, 'x'), 1)).reason;
  EXPECT_THAT(reason, HasSubstr("\\x1b[31mred"));
  EXPECT_THAT(reason, Not(HasSubstr("\x1b")));
  EXPECT_LT(reason.size(), 400u);
}

TEST(ValidatorObjection, TakesTheValidatorsWord) {
  EXPECT_EQ(validator_objection(printed("VALID\n"), limits()), "");
  EXPECT_EQ(validator_objection(printed("checking\n  VALID: fine\n"), limits()), "");
  EXPECT_EQ(validator_objection(printed("VALID\nINVALID: no fit()\n"), limits()), "no fit()");
  EXPECT_EQ(validator_objection(printed("INVALID: no fit()\n", "", 1), limits()), "no fit()");
  EXPECT_THAT(validator_objection(printed("INVALID\n"), limits()), HasSubstr("not why"));
  EXPECT_THAT(validator_objection(printed("VALID\n", "oops", 2), limits()),
              HasSubstr("exit status 2; its last words: oops"));
  EXPECT_THAT(validator_objection(printed("VALIDATED\n"), limits()), HasSubstr("neither VALID nor INVALID"));
  auto hang = printed("VALID\n");
  hang.end = sandbox::End::wall_limit;
  EXPECT_THAT(validator_objection(hang, limits()), HasSubstr("the validator did not end within"));
}

}  // namespace
}  // namespace leanlab::lab

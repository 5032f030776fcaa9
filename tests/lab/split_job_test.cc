#include "lab/split_job.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fs.h"
#include "sandbox/probe.h"

namespace leanlab::lab {
namespace {

using sandbox::Tier;
using testing::HasSubstr;

constexpr const char* k_importing = R"(
import importlib.util, sys
spec = importlib.util.spec_from_file_location("experiment", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print('{"m": %r}' % module.value())
)";
constexpr const char* k_reporting = R"(
from leanlab_judge import candidate, report
report(m=candidate().value(), note="x")
)";

class SplitJobTest : public testing::TestWithParam<Tier> {
 protected:
  void SetUp() override {
    const auto& check = GetParam() == Tier::A ? sandbox::probe().a : sandbox::probe().b;
    if (GetParam() != Tier::C && !check.available)
      GTEST_SKIP() << "tier " << sandbox::name(GetParam()) << " cannot be had here: " << check.reason;
    std::error_code error;
    root_ = fs::canonical(folder_->path(), error);
    lab_ = root_ / "lab";
    for (const fs::path& folder : {lab_ / "experiments", root_ / "scratch"})
      ASSERT_TRUE(make_directories(folder));
    config_ = *parse_config(
        R"({"objective": {"metric": "m"}, "eval_cmd": "/usr/bin/python3 evaluation.py {file}"})", "lab.json");
  }

  Judgement judge(Level level, const std::string& evaluator, const std::string& experiment) {
    EXPECT_TRUE(write_file(lab_ / "evaluation.py", evaluator));
    EXPECT_TRUE(write_file(lab_ / "experiments/e.py", experiment));
    const auto seal = make_seal({"lab", lab_, root_ / "state"}, config_);
    EXPECT_TRUE(seal) << one_line(seal.error());
    const auto job = split_job({.command = config_.eval_cmd,
                                .file = "experiments/e.py",
                                .lab = lab_,
                                .seal = &*seal,
                                .tier = GetParam()},
                               config_, level, root_ / "scratch");
    EXPECT_TRUE(job) << one_line(job.error());
    const Interrupt interrupt;
    const auto report = exec::make_local_executor({})->run(*job, interrupt);
    EXPECT_TRUE(report) << one_line(report.error());
    return judge_split(*report, job->policy.limits, "m", level);
  }

  Result<TempDirectory> folder_ = TempDirectory::make();
  fs::path root_, lab_;
  Config config_;
};
INSTANTIATE_TEST_SUITE_P(Tiers, SplitJobTest, testing::Values(Tier::A, Tier::B, Tier::C),
                         [](const auto& tier) { return std::string(sandbox::name(tier.param)); });

TEST_P(SplitJobTest, ScoresBothContracts) {
  const Judgement proxied = judge(Level::proxied, k_importing, "def value(): return 2.5\n");
  EXPECT_EQ(proxied.value, 2.5) << proxied.reason;
  const Judgement isolated = judge(Level::isolated, k_reporting, "def value(): return 3\n");
  EXPECT_EQ(isolated.value, 3) << isolated.reason;
  EXPECT_THAT(isolated.info, HasSubstr("note"));
}

TEST_P(SplitJobTest, NeitherPrintingNorPatchingGivesAScore) {
  const char* forger = R"(
import atexit
print('{"m": 99}', flush=True)
atexit.register(lambda: print('{"m": 99}'))
def value(): return 1
)";
  // Patched in its own process it only spoils its own words.
  const char* patcher = "import json\njson.dumps = lambda *a, **k: '{\"m\": 99}'\ndef value(): return 1\n";
  EXPECT_EQ(judge(Level::proxied, k_importing, patcher).value, std::nullopt);
  EXPECT_EQ(judge(Level::proxied, k_importing, forger).value, 1);
  EXPECT_EQ(judge(Level::isolated, k_reporting, forger).value, 1);
  EXPECT_EQ(
      judge(Level::proxied, k_importing, "print('{\"m\": 99}', flush=True)\nraise SystemExit(0)\n").value,
      std::nullopt);
}

TEST_P(SplitJobTest, ExperimentFindsNoAnswers) {
  ASSERT_TRUE(write_file(lab_ / "answers.txt", "42"));
  const std::string spy = "def value():\n    try: return float(open('" + (lab_ / "answers.txt").string() +
                          "').read())\n    except OSError: return 0\n";
  EXPECT_EQ(judge(Level::proxied, k_importing, spy).value, GetParam() == Tier::C ? 42 : 0);
}

TEST_P(SplitJobTest, ExperimentFindsNoAnswersOutsideOfTheLab) {
  const fs::path answers = root_ / "elsewhere" / "answers.txt";
  ASSERT_TRUE(make_directories(answers.parent_path()));
  ASSERT_TRUE(write_file(answers, "42"));
  config_.data = {answers.string()};
  const std::string reading = "float(open('" + answers.string() + "').read())";
  const std::string spy = "def value():\n    try: return " + reading + "\n    except OSError: return 0\n";
  EXPECT_EQ(judge(Level::proxied, k_importing, spy).value, GetParam() == Tier::C ? 42 : 0);
  // Its judge has them.
  EXPECT_EQ(judge(Level::proxied,
                  "print('{\"m\": %r}' % " + reading + ")\nimport sys; import importlib.util\n" +
                      "s = importlib.util.spec_from_file_location('e', sys.argv[1])\n" +
                      "s.loader.exec_module(importlib.util.module_from_spec(s))\n",
                  spy)
                .value,
            42);
}

TEST_P(SplitJobTest, TriesAreTold) {
  const Judgement judgement = judge(Level::proxied, k_importing,
                                    "import os\nprint('{\"m\": 99}')\ntry: os.listdir('/root')\n"
                                    "except OSError: pass\ndef value(): return 1\n");
  EXPECT_EQ(judgement.value, 1);
  EXPECT_THAT(judgement.warnings, testing::Contains(HasSubstr("tried to list '/root'")));
  EXPECT_THAT(judgement.warnings, testing::Contains(HasSubstr("printed 1 line with \"m\"")));
  EXPECT_THAT(judge(Level::proxied, k_importing, "print('hello')\ndef value(): return 1\n").warnings,
              testing::IsEmpty());
}

TEST_P(SplitJobTest, FailuresSayWhose) {
  EXPECT_THAT(judge(Level::proxied, k_importing, "import os\ndef value(): os._exit(9)\n").reason,
              HasSubstr("the experiment's process exit"));
  EXPECT_THAT(judge(Level::proxied, k_importing, "def value(): raise ValueError('no luck')\n").reason,
              HasSubstr("no luck"));
  EXPECT_THAT(judge(Level::isolated, "print(1)\n", "x = 1\n").reason, HasSubstr("report()"));
  EXPECT_THAT(judge(Level::isolated, "from leanlab_judge import candidate\ncandidate()\n", "x = 1\n").reason,
              HasSubstr("without calling report()"));
  EXPECT_THAT(judge(Level::proxied, k_importing, "def value(): return float('nan')\n").reason,
              HasSubstr("not finite"));
}

TEST_P(SplitJobTest, WithoutTheHookNothingCounts) {
  config_.eval_cmd = "/usr/bin/python3 -I evaluation.py {file}";
  const Judgement judgement = judge(Level::proxied, "print('{\"m\": 1}')\n", "x = 1\n");
  EXPECT_EQ(judgement.value, std::nullopt);
  EXPECT_THAT(judgement.reason, HasSubstr("hook was not loaded"));
}

TEST_P(SplitJobTest, HousePricesAreTheSameToTheLastDigit) {
  const char* data = std::getenv("LEANLAB_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "LEANLAB_TEST_DATA is not set";
  const auto python = bundled_python();
  ASSERT_TRUE(python);
  std::error_code error;
  fs::copy(python->parent_path() / "labs/house-prices", lab_,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  ASSERT_FALSE(error) << error.message();
  const Interrupt interrupt;
  exec::Job prepare;
  prepare.command.argv = {"/usr/bin/python3", "prepare.py", "--csv",
                          std::string(data) + "/california-housing.csv"};
  prepare.command.cwd = lab_;
  prepare.command.env = {{"PATH", "/usr/bin:/bin"}};
  prepare.policy.paths = {{lab_.string(), sandbox::Access::write}};
  ASSERT_EQ(exec::make_local_executor({})->run(prepare, interrupt)->outcome.status.exit_status, 0);
  config_ = *load_config(lab_);
  for (const std::string model :
       {"linear_model import LinearRegression as M", "ensemble import HistGradientBoostingRegressor as M"}) {
    const std::string arguments = model.starts_with("linear") ? "" : "random_state=0";
    const std::string source =
        "from sklearn." + model + "\ndef build_estimator(): return M(" + arguments + ")\n";
    ASSERT_TRUE(write_file(lab_ / "experiments/e.py", source));
    const auto alone =
        judge_job({.command = config_.eval_cmd, .file = "experiments/e.py", .lab = lab_}, config_);
    const auto report = exec::make_local_executor({})->run(*alone, interrupt);
    ASSERT_TRUE(report);
    const Judgement expected = judge_outcome(report->outcome, alone->policy.limits, "rmse");
    ASSERT_TRUE(expected.value) << expected.reason;
    const auto seal = make_seal({"lab", lab_, root_ / "state"}, config_);
    ASSERT_TRUE(seal) << one_line(seal.error());
    const auto job = split_job({.command = config_.eval_cmd,
                                .file = "experiments/e.py",
                                .lab = lab_,
                                .seal = &*seal,
                                .tier = GetParam()},
                               config_, Level::proxied, root_ / "scratch");
    ASSERT_TRUE(job) << one_line(job.error());
    const auto split = exec::make_local_executor({})->run(*job, interrupt);
    ASSERT_TRUE(split) << one_line(split.error());
    const Judgement proxied = judge_split(*split, job->policy.limits, "rmse", Level::proxied);
    ASSERT_TRUE(proxied.value) << proxied.reason;
    EXPECT_EQ(proxied.value, expected.value);
    for (std::size_t i = 0; i < expected.metrics.size(); ++i) {
      if (expected.metrics[i].first == "train_secs") continue;
      EXPECT_EQ(proxied.metrics[i], expected.metrics[i]) << expected.metrics[i].first;
    }
  }
}

TEST_P(SplitJobTest, NeedsAnEvaluatorInPython) {
  config_.eval_cmd = "sh evaluation.sh {file}";
  ASSERT_TRUE(write_file(lab_ / "experiments/e.py", ""));
  const auto job = split_job({.command = config_.eval_cmd, .file = "experiments/e.py", .lab = lab_}, config_,
                             Level::proxied, root_ / "scratch");
  ASSERT_FALSE(job);
  EXPECT_THAT(one_line(job.error()), HasSubstr("needs an evaluator in Python"));
}

}  // namespace
}  // namespace leanlab::lab

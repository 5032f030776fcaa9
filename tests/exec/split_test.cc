// Judge and candidate as two processes in real sandboxes: what comes back, and who ends whom.
#include "exec/split.h"

#include <thread>

#include <gtest/gtest.h>

#include "base/fs.h"
#include "exec/executor.h"
#include "sandbox/policies.h"
#include "sandbox/probe.h"

namespace leanlab::exec {
namespace {

using namespace std::chrono_literals;
using sandbox::Tier;

constexpr const char* k_python = "/usr/bin/python3";
constexpr const char* k_stub = "raise ImportError('the stub was run')\n";
constexpr const char* k_isolated = R"(
from leanlab_judge import candidate, report
experiment = candidate()
report(score=sum(experiment.square(x) == x * x for x in range(10)))
)";
constexpr const char* k_proxied = R"(
import importlib.util, sys
spec = importlib.util.spec_from_file_location("experiment", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print('{"score": %d}' % sum(module.square(x) == x * x for x in range(10)))
)";
constexpr const char* k_honest = "def square(x): return x * x\n";

class Split : public ::testing::TestWithParam<Tier> {
 protected:
  void SetUp() override {
    if (GetParam() == Tier::C) return;
    const auto& check = GetParam() == Tier::A ? sandbox::probe().a : sandbox::probe().b;
    if (!check.available)
      GTEST_SKIP() << "tier " << sandbox::name(GetParam()) << " cannot be had here: " << check.reason;
  }

  // The judge sees `judge/`, with the stub; the candidate sees `candidate/`, with the experiment.
  [[nodiscard]] Job job(const std::string& contract, const std::string& evaluator,
                        const std::string& experiment) const {
    const fs::path python = fs::path(LEANLAB_SOURCE_DIR) / "python";
    const fs::path judge = folder_.path() / "judge", candidate = folder_.path() / "candidate";
    for (const fs::path& folder : {judge, candidate}) EXPECT_TRUE(make_directories(folder));
    EXPECT_TRUE(write_file(judge / "evaluation.py", evaluator));
    EXPECT_TRUE(write_file(judge / "e.py", k_stub));
    EXPECT_TRUE(write_file(candidate / "e.py", experiment));
    sandbox::Limits limits;
    limits.wall = 30s;
    Job job;
    job.tier = GetParam();
    job.policy = sandbox::judge_policy({judge.string(), python.string()}, limits);
    job.command.argv = {k_python, "evaluation.py", (judge / "e.py").string()};
    job.command.cwd = judge;
    const fs::path modules = contract == "proxied" ? python / "leanlab_judge" / "auto" : python;
    job.command.env = {{"PATH", "/usr/bin:/bin"}, {"PYTHONPATH", modules.string()}};
    job.candidate.emplace();
    job.candidate->contract = contract;
    job.candidate->shown = judge / "e.py";
    job.candidate->policy =
        sandbox::candidate_policy({candidate.string(), python.string()}, sandbox::Forks::denied, limits);
    job.candidate->command.argv = {k_python,
                                   "-I",
                                   "-B",
                                   (python / "leanlab_judge/worker.py").string(),
                                   std::to_string(k_candidate_read_fd),
                                   std::to_string(k_candidate_write_fd),
                                   (candidate / "e.py").string()};
    job.candidate->command.cwd = candidate;
    job.candidate->command.env = {{"PATH", "/usr/bin:/bin"}};
    return job;
  }

  [[nodiscard]] static JobReport run(const Job& job) {
    const Interrupt interrupt;
    auto report = make_local_executor({})->run(job, interrupt);
    EXPECT_TRUE(report) << one_line(report.error());
    if (!report) return JobReport{{}, {}, SplitReport{}};
    EXPECT_TRUE(report->split.has_value());
    return std::move(*report);
  }
  [[nodiscard]] JobReport run(const std::string& contract, const std::string& evaluator,
                              const std::string& experiment) const {
    return run(job(contract, evaluator, experiment));
  }

  TempDirectory folder_ = TempDirectory::make().value();
};
INSTANTIATE_TEST_SUITE_P(Tiers, Split, ::testing::Values(Tier::A, Tier::B, Tier::C),
                         [](const auto& tier) { return std::string(sandbox::name(tier.param)); });

TEST_P(Split, isolated_judge_reports) {
  const JobReport report = run("isolated", k_isolated, k_honest);
  EXPECT_EQ(report.outcome.status.exit_status, 0) << report.outcome.err;
  EXPECT_TRUE(report.split->words.greeted);
  EXPECT_EQ(report.split->words.result, R"({"score":10})");
  EXPECT_EQ(report.split->words.violation, "");
  EXPECT_NE(report.split->words.stats.find("\"requests\":"), std::string::npos);
}

TEST_P(Split, unmodified_evaluator_is_proxied) {
  const JobReport report = run("proxied", k_proxied, k_honest);
  EXPECT_EQ(report.outcome.out, "{\"score\": 10}\n") << report.outcome.err;
  EXPECT_TRUE(report.split->words.greeted);
  EXPECT_EQ(report.split->words.result, "");
}

TEST_P(Split, what_the_candidate_prints_is_not_the_judges) {
  const JobReport report =
      run("proxied", k_proxied, "print('{\"score\": 99}', flush=True)\ndef square(x): return 0\n");
  EXPECT_EQ(report.outcome.out, "{\"score\": 1}\n") << report.outcome.err;
  EXPECT_EQ(report.split->candidate.out, "{\"score\": 99}\n");
}

TEST_P(Split, judge_without_the_hook_has_not_greeted) {
  Job without = job("proxied", "print('{\"score\": 1}')\n", k_honest);
  without.command.argv.insert(without.command.argv.begin() + 1, "-I");
  const JobReport report = run(without);
  EXPECT_EQ(report.outcome.status.exit_status, 0) << report.outcome.err;
  EXPECT_FALSE(report.split->words.greeted);
}

TEST_P(Split, candidate_that_dies_ends_the_judge_at_once) {
  const JobReport report = run("isolated", k_isolated, "import os\ndef square(x): os._exit(7)\n");
  EXPECT_EQ(report.outcome.end, sandbox::End::exited);
  EXPECT_NE(report.outcome.status.exit_status, 0);
  EXPECT_EQ(report.split->candidate.status.exit_status, 7);
  EXPECT_EQ(report.split->words.result, "");
  EXPECT_NE(report.outcome.err.find("the candidate's process ended"), std::string::npos)
      << report.outcome.err;
}

TEST_P(Split, candidate_that_hangs_is_ended_by_the_judges_limit) {
  Job slow = job("isolated", k_isolated, "import time\ndef square(x): time.sleep(1000)\n");
  slow.policy.limits.wall = 3s;
  const JobReport report = run(slow);
  EXPECT_EQ(report.outcome.end, sandbox::End::wall_limit);
  EXPECT_NE(report.split->candidate.end, sandbox::End::wall_limit);
}

TEST_P(Split, candidate_has_nothing_of_the_judges) {
  const std::string spy = R"(
import os
def is_open(fd):
    try: os.fstat(fd); return True
    except OSError: return False
def square(x):
    names = [n for n in os.environ if n.startswith("LEANLAB_") and n != "LEANLAB_SANDBOX_RUN"]
    raise RuntimeError(f"fds {[fd for fd in range(3, 64) if is_open(fd)]} names {names}")
)";
  const JobReport report = run("isolated", k_isolated, spy);
  // Its two pipes, and a decoy that leads nowhere (python/leanlab_judge/signs.py).
  EXPECT_NE(report.outcome.err.find("fds [3, 4, 5] names []"), std::string::npos) << report.outcome.err;
}

TEST_P(Split, experiment_is_nowhere_in_the_judges_view) {
  if (GetParam() == Tier::C) GTEST_SKIP() << "tier C hides no files";
  const JobReport report = run("isolated", R"(
from leanlab_judge import report
try: seen = open("../candidate/e.py").read()
except OSError: seen = ""
report(seen=seen)
)",
                               k_honest);
  EXPECT_EQ(report.split->words.result, R"({"seen":""})") << report.outcome.err;
}

TEST_P(Split, judges_files_are_nowhere_in_the_candidates_view) {
  if (GetParam() == Tier::C) GTEST_SKIP() << "tier C hides no files";
  const JobReport report = run("isolated", R"(
from leanlab_judge import candidate, report
report(seen=candidate().seen)
)",
                               R"(
try: seen = open("../judge/evaluation.py").read()
except OSError: seen = ""
)");
  EXPECT_EQ(report.split->words.result, R"({"seen":""})") << report.outcome.err;
}

TEST_P(Split, interrupt_ends_both) {
  Interrupt interrupt;
  const std::jthread soon([&] {
    static_cast<void>(interrupt.wait_for(1500ms));
    interrupt.raise();
  });
  const auto report = run_split(job("isolated", k_isolated, "while True: pass\n"), interrupt);
  ASSERT_TRUE(report) << one_line(report.error());
  EXPECT_EQ(report->outcome.end, sandbox::End::interrupted);
  // On a busy machine it may not have been asked to load yet: then it ends by itself, with its judge.
  const sandbox::End end = report->split->candidate.end;
  EXPECT_TRUE(end == sandbox::End::interrupted || end == sandbox::End::exited) << sandbox::name(end);
}

TEST_P(Split, missing_worker_is_an_error_not_a_score) {
  Job broken = job("isolated", k_isolated, k_honest);
  broken.candidate->command.argv[0] = "/nonexistent/python";
  const Interrupt interrupt;
  const auto report = make_local_executor({})->run(broken, interrupt);
  ASSERT_FALSE(report) << name(report->split->candidate.end) << " "
                       << report->split->candidate.status.describe() << " " << report->outcome.err;
  EXPECT_NE(one_line(report.error()).find("/nonexistent/python"), std::string::npos);
}

}  // namespace
}  // namespace leanlab::exec

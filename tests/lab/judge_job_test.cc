#include "lab/judge_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab::lab {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class JudgeJobTest : public testing::Test {
 protected:
  void SetUp() override {
    std::error_code error;
    root_ = fs::canonical(folder_->path(), error);
    place_ = {"x", root_ / ".leanlab/x", root_ / ".leanlab/state/labs/x"};
    for (const char* path :
         {"evaluation.sh", "judge/a.txt", "judge/b.txt", "experiments/e1.txt", "experiments/e2.txt"}) {
      ASSERT_TRUE(make_directories((place_.folder / path).parent_path()));
      ASSERT_TRUE(write_file(place_.folder / path, "x"));
    }
    config_ = *parse_config(
        R"({"objective": {"metric": "m"}, "eval_cmd": "sh evaluation.sh {file}", "limits": {"seconds": 2,
      "memory_mb": 100, "processes": 7, "disk_mb": 3, "output_mb": 1}, "resources": {"cpus": 2}})",
        "lab.json");
  }
  static std::vector<std::string> paths(const exec::Job& job) {
    std::vector<std::string> result;
    for (const auto& rule : job.policy.paths) {
      if (rule.access == sandbox::Access::list) continue;
      EXPECT_EQ(rule.access, sandbox::Access::read);
      result.push_back(rule.path);
    }
    return result;
  }
  Result<TempDirectory> folder_ = TempDirectory::make();
  fs::path root_;
  Place place_;
  Config config_;
};

TEST_F(JudgeJobTest, TakesLimitsAndCommandFromTheConfig) {
  const auto job =
      judge_job({.command = config_.eval_cmd, .file = "experiments/e1.txt", .lab = place_.folder}, config_);
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_THAT(job->command.argv[0], testing::EndsWith("/sh"));
  EXPECT_EQ(job->command.argv[2], "experiments/e1.txt");
  EXPECT_EQ(job->command.cwd, place_.folder);
  EXPECT_EQ(job->policy.limits.wall, std::chrono::seconds(2));
  EXPECT_EQ(job->policy.limits.memory_bytes, 100u << 20);
  EXPECT_EQ(job->policy.limits.processes, 7u);
  EXPECT_EQ(job->policy.limits.file_bytes, 3u << 20);
  EXPECT_EQ(job->policy.limits.output_bytes, 1u << 20);
  EXPECT_GE(job->policy.limits.cpu, std::chrono::seconds(2));
  EXPECT_EQ(job->cpus, 2u);
  EXPECT_FALSE(job->policy.network);
  EXPECT_THAT(paths(*job), Contains(place_.folder.string()));
}

TEST_F(JudgeJobTest, UnderASealOnlySealedFilesAndTheExperimentAreVisible) {
  const auto seal = make_seal(place_, config_);
  ASSERT_TRUE(seal);
  const auto job = judge_job({.command = config_.eval_cmd,
                              .file = "experiments/e1.txt",
                              .lab = place_.folder,
                              .seed = 9,
                              .seal = &*seal},
                             config_);
  ASSERT_TRUE(job);
  EXPECT_THAT(paths(*job), testing::UnorderedElementsAre((place_.folder / "evaluation.sh").string(),
                                                         (place_.folder / "judge").string(),
                                                         (place_.folder / "experiments/e1.txt").string()));
  EXPECT_THAT(job->command.env, Contains(testing::Pair("LEANLAB_SEED", "9")));
}

TEST_F(JudgeJobTest, ACacheBesideSealedFilesIsNotVisible) {
  const auto seal = make_seal(place_, config_);
  ASSERT_TRUE(seal);
  // Python would run it in place of the sealed source.
  ASSERT_TRUE(make_directories(place_.folder / "judge/__pycache__"));
  ASSERT_TRUE(write_file(place_.folder / "judge/__pycache__/a.cpython-311.pyc", "x"));
  const auto job = judge_job(
      {.command = config_.eval_cmd, .file = "experiments/e1.txt", .lab = place_.folder, .seal = &*seal},
      config_);
  ASSERT_TRUE(job);
  EXPECT_THAT(paths(*job), testing::UnorderedElementsAre((place_.folder / "evaluation.sh").string(),
                                                         (place_.folder / "judge/a.txt").string(),
                                                         (place_.folder / "judge/b.txt").string(),
                                                         (place_.folder / "experiments/e1.txt").string()));
}

TEST_F(JudgeJobTest, TheLineForPeopleNeverPromisesTooMuch) {
  EXPECT_THAT(protection_line(Level::in_process, sandbox::Tier::C), HasSubstr("UNVERIFIED"));
  for (const auto tier : {sandbox::Tier::A, sandbox::Tier::B})
    EXPECT_THAT(protection_line(Level::in_process, tier), HasSubstr("could still forge its own score"));
  EXPECT_THAT(protection_line(Level::isolated, sandbox::Tier::A), Not(HasSubstr("forge")));
}

}  // namespace
}  // namespace leanlab::lab

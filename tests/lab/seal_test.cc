#include "lab/seal.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/fs.h"

namespace leanlab::lab {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class SealTest : public testing::Test {
 protected:
  void SetUp() override {
    std::error_code error;
    root_ = fs::canonical(folder_->path(), error);
    place_ = {"mein Labor", root_ / ".leanlab/mein Labor", root_ / ".leanlab/state/labs/mein Labor"};
    write("lab.json", "{}");
    write("task.md", "make it better");
    write("evaluation.sh", "echo 1");
    write("helpers/big.dat", std::string(100'000, 'x'));
    write("experiments/sample.py", "x");
    write("results.jsonl", "");
    write("results.jsonl.tmp-12-7ffe", "");
    write("Director_Notes.md", "");
    write("Critic_Feedback.md", "");
    write("agents/worker.md", "");
    write("__pycache__/a.pyc", "");
    config_ = config();
  }
  Config config(const std::string& more = "") {
    const auto parsed = parse_config(
        R"({"objective": {"metric": "m"}, "eval_cmd": "sh evaluation.sh {file}")" + more + "}", "lab.json");
    EXPECT_TRUE(parsed) << parsed.error().message;
    return *parsed;
  }
  void write(const std::string& path, const std::string& text) {
    const fs::path file = place_.folder / path;
    ASSERT_TRUE(make_directories(file.parent_path()));
    ASSERT_TRUE(write_file(file, text));
  }
  void link(const std::string& target, const std::string& path) {
    std::error_code error;
    fs::create_symlink(target, place_.folder / path, error);
    ASSERT_FALSE(error);
  }
  unsigned mode(const std::string& path) {
    struct stat info{};
    EXPECT_EQ(::stat((place_.folder / path).c_str(), &info), 0);
    return info.st_mode & 0777;
  }
  /// Expects an integrity error whose message holds `what`.
  static void expect_broken(const Status& status, const std::string& what) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::integrity) << status.error().message;
    EXPECT_THAT(status.error().message, HasSubstr(what));
    EXPECT_FALSE(status.error().next.empty());
  }

  Result<TempDirectory> folder_ = TempDirectory::make(fs::temp_directory_path(), "leanlab seal ü ");
  fs::path root_;
  Place place_;
  Config config_;
};

TEST_F(SealTest, SealsTheJudgesFilesOnly) {
  EXPECT_THAT(*sealed_paths(place_, config_), ElementsAre("evaluation.sh", "helpers/big.dat", "task.md"));
}

TEST_F(SealTest, SealsDataWhereverItLies) {
  ASSERT_TRUE(make_directories(root_ / "outside/deep"));
  ASSERT_TRUE(write_file(root_ / "outside/deep/answers.csv", "1"));
  write("experiments/public.csv", "2");
  link((root_ / "outside/deep/answers.csv").string(), "linked.csv");
  const Config with_data = config(R"(, "data": ["../../outside", "experiments/public.csv", "linked.csv"])");
  const auto seal = make_seal(place_, with_data);
  ASSERT_TRUE(seal) << seal.error().message;
  EXPECT_THAT(*sealed_paths(place_, with_data),
              ElementsAre("../../outside/deep/answers.csv", "evaluation.sh", "experiments/public.csv",
                          "helpers/big.dat", "linked.csv", "task.md"));
  ASSERT_TRUE(prove_seal(*seal, place_, with_data));
  ASSERT_TRUE(write_file(root_ / "outside/deep/answers.csv", "3"));
  expect_broken(prove_seal(*seal, place_, with_data), "outside/deep/answers.csv has changed");
  expect_broken(prove_seal_quickly(*seal, place_), "outside/deep/answers.csv has changed");
  EXPECT_EQ(sealed_paths(place_, config(R"(, "data": ["missing.csv"])")).error().code,
            ErrorCode::misconfigured);
}

TEST_F(SealTest, LinksMustStayInside) {
  link("evaluation.sh", "inside.sh");
  EXPECT_THAT(*sealed_paths(place_, config_), Contains("inside.sh"));
  link("later.sh", "dangling.sh");
  EXPECT_THAT(*sealed_paths(place_, config_), Contains("dangling.sh"));
  for (const char* target : {"/etc/passwd", "../../x", "experiments/sample.py", "lab.json"}) {
    link(target, "bad");
    const auto paths = sealed_paths(place_, config_);
    ASSERT_FALSE(paths) << target;
    EXPECT_EQ(paths.error().code, ErrorCode::misconfigured);
    ASSERT_TRUE(remove_tree(place_.folder / "bad"));
  }
  ASSERT_EQ(::mkfifo((place_.folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(make_seal(place_, config_).error().message, HasSubstr("neither a file nor a folder"));
}

TEST_F(SealTest, ARetargetedLinkIsFound) {
  link("evaluation.sh", "inside.sh");
  const auto seal = make_seal(place_, config_);
  ASSERT_TRUE(remove_tree(place_.folder / "inside.sh"));
  link("task.md", "inside.sh");
  expect_broken(prove_seal_quickly(*seal, place_), "inside.sh has changed");
}

TEST_F(SealTest, TheIdIsThatOfTheContent) {
  const std::string id = make_seal(place_, config_)->id;
  EXPECT_EQ(make_seal(place_, config_)->id, id);
  write("experiments/new.py", "y");
  write("results.jsonl", "{}");
  EXPECT_EQ(make_seal(place_, config_)->id, id);
  EXPECT_NE(make_seal(place_, config(R"(, "limits": {"seconds": 5})"))->id, id);
  write("evaluation.sh", "echo 2");
  EXPECT_NE(make_seal(place_, config_)->id, id);
}

TEST_F(SealTest, LockingMakesReadOnlyAndUnlockingWritable) {
  ASSERT_EQ(::chmod((place_.folder / "evaluation.sh").c_str(), 0775), 0);
  const auto seal = lock_lab(place_, config_);
  ASSERT_TRUE(seal) << seal.error().message;
  EXPECT_TRUE(seal->locked);
  EXPECT_EQ(mode("evaluation.sh"), 0555u);
  EXPECT_EQ(mode("experiments/sample.py"), 0644u);
  const auto current = current_lock(place_);
  ASSERT_TRUE(current);
  ASSERT_TRUE(*current);
  EXPECT_EQ((*current)->id, seal->id);
  EXPECT_TRUE(prove_seal(**current, place_, config_));
  EXPECT_TRUE(prove_seal_quickly(**current, place_));
  ASSERT_TRUE(unlock_lab(place_));
  EXPECT_EQ(mode("evaluation.sh"), 0755u);
  EXPECT_FALSE(*current_lock(place_));
  EXPECT_EQ(unlock_lab(place_).error().code, ErrorCode::misconfigured);
  EXPECT_EQ(past_seal(place_, seal->id)->id, seal->id);
  EXPECT_EQ(past_seal(place_, "../current").error().code, ErrorCode::not_found);
  const std::string history = *read_file(place_.state / "seals/history.jsonl");
  EXPECT_THAT(history, HasSubstr(R"("act":"lock")"));
  EXPECT_THAT(history, HasSubstr(R"("act":"unlock")"));
}

TEST_F(SealTest, LockingAgainKeepsTheLock) {
  const auto first = lock_lab(place_, config_);
  ASSERT_TRUE(first);
  const auto second = lock_lab(place_, config_);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->ts, first->ts);
  write("new.py", "x");
  EXPECT_THAT(lock_lab(place_, config_).error().message, HasSubstr("1 file came since: new.py"));
  EXPECT_TRUE(prove_seal(*first, place_, config_));
  EXPECT_THAT(*files_since(*first, place_, config_), ElementsAre("new.py"));
  write("task.md", "other");
  EXPECT_EQ(lock_lab(place_, config_).error().code, ErrorCode::integrity);
}

TEST_F(SealTest, EachChangeIsFoundAndNamed) {
  const auto seal = lock_lab(place_, config_);
  ASSERT_TRUE(seal);
  expect_broken(prove_seal(*seal, place_, config(R"(, "validate_cmd": "true")")), "validate_cmd");
  expect_broken(prove_seal(*seal, place_, config(R"(, "limits": {"seconds": 1})")), "limits");
  expect_broken(prove_seal(*seal, place_, config(R"(, "exclusive": true)")), "limits");
  const auto other = parse_config(R"({"objective": {"metric": "m"}, "eval_cmd": "sh other.sh"})", "lab.json");
  expect_broken(prove_seal(*seal, place_, *other), "eval_cmd");

  std::string big(100'000, 'x');
  big[50'000] = 'y';
  write("helpers/big.dat", big);
  expect_broken(prove_seal_quickly(*seal, place_), "helpers/big.dat has changed since the lab was locked");
  expect_broken(prove_seal(*seal, place_, config_), "helpers/big.dat has changed");
  write("helpers/big.dat", std::string(100'000, 'x'));
  EXPECT_TRUE(prove_seal_quickly(*seal, place_)) << "the same bytes again are no change";
  EXPECT_TRUE(prove_seal(*seal, place_, config_));
  ASSERT_TRUE(remove_tree(place_.folder / "task.md"));
  expect_broken(prove_seal_quickly(*seal, place_), "task.md is gone");
}

TEST_F(SealTest, AChangeWithItsTimesPutBackIsFound) {
  const auto seal = lock_lab(place_, config_);
  const fs::path big = place_.folder / "helpers/big.dat";
  struct stat before{};
  ASSERT_EQ(::stat(big.c_str(), &before), 0);
  ASSERT_EQ(::chmod(big.c_str(), 0644), 0);
  {
    const auto fd = open_file(big, O_WRONLY);
    ASSERT_TRUE(fd);
    ASSERT_TRUE(write_all(fd->get(), "y"));
  }
  const timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, big.c_str(), times, 0), 0);
  ASSERT_EQ(::chmod(big.c_str(), before.st_mode & 07777), 0);
  expect_broken(prove_seal_quickly(*seal, place_), "helpers/big.dat has changed");
}

TEST_F(SealTest, AnEditedManifestIsFound) {
  ASSERT_TRUE(lock_lab(place_, config_));
  const fs::path file = place_.state / "seals/current.json";
  const std::string text = *read_file(file);
  for (const std::string& damage :
       {std::string("{}"), std::string("[]"), std::string(""), text.substr(0, 100),
        std::string(text).replace(text.find("evaluation.sh"), 13, "evaluatiom.sh")}) {
    ASSERT_TRUE(write_file(file, damage));
    const auto lock = current_lock(place_);
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, ErrorCode::integrity) << damage;
  }
  EXPECT_EQ(lock_lab(place_, config_).error().code, ErrorCode::integrity);
  ASSERT_TRUE(unlock_lab(place_)) << "the owner is not locked out";
  EXPECT_FALSE(*current_lock(place_));
  ASSERT_TRUE(write_file(file, R"({"format": 2})"));
  EXPECT_EQ(current_lock(place_).error().code, ErrorCode::unsupported);
}

TEST_F(SealTest, AMissingProgramIsMisconfigured) {
  const auto broken =
      parse_config(R"({"objective": {"metric": "m"}, "eval_cmd": "no-such-program x"})", "lab.json");
  EXPECT_EQ(make_seal(place_, *broken).error().code, ErrorCode::misconfigured);
  EXPECT_FALSE(fs::exists(place_.state / "seals/current.json"));
  ASSERT_TRUE(remove_tree(place_.folder / "evaluation.sh"));
  EXPECT_THAT(make_seal(place_, config_).error().message, HasSubstr("names evaluation.sh, which is not in"));
}

TEST_F(SealTest, ThePathOfTheLockIsKept) {
  const auto seal = make_seal(place_, config_);
  EXPECT_THAT(search_path(*seal), HasSubstr("/usr/bin"));
}

}  // namespace
}  // namespace leanlab::lab

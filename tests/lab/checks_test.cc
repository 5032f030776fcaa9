#include "lab/checks.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fs.h"
#include "lab/seal.h"

namespace leanlab::lab {
namespace {

using testing::HasSubstr;

/// A lab with a shell evaluator, which prints the first line of the experiment as the score.
class ChecksTest : public testing::Test {
 protected:
  void SetUp() override {
    std::error_code error;
    root_ = fs::canonical(folder_->path(), error);
    lab_ = root_ / ".leanlab/mein Labor";
    config();
    write("task.md", "make it lower");
    write("experiments/sample.txt", "5\n");
    write("evaluation.sh",
          "[ -f \"$1\" ] || { echo \"no file $1\" >&2; exit 2; }\necho \"{\\\"loss\\\": $(cat \"$1\")}\"\n");
    write("validate.sh", "[ -f \"$1\" ] && echo VALID || echo \"INVALID: no $1\"\n");
  }
  void write(const std::string& path, const std::string& text) {
    ASSERT_TRUE(make_directories((lab_ / path).parent_path()));
    ASSERT_TRUE(write_file(lab_ / path, text));
  }
  void config(const std::string& more = "", const std::string& eval = "sh evaluation.sh {file}") {
    write("lab.json",
          R"({"objective": {"metric": "loss", "direction": "min"}, "validate_cmd": "sh validate.sh {file}",
      "eval_cmd": ")" +
              eval + "\"" + more + "}");
  }
  std::vector<Check> check(const std::string& name = "mein Labor") {
    std::size_t told = 0;
    auto checks = check_lab(find_project(root_, {}), name, interrupt_, [&](const Check&) { ++told; });
    EXPECT_EQ(told, checks.size());
    return checks;
  }
  /// The worst of the checks with that name.
  Check one(const std::string& name) {
    Check worst{name, Check::Status::ok, "(no such check)", ErrorCode::misconfigured};
    for (const Check& c : check()) {
      if (c.name == name && (worst.message == "(no such check)" || c.status > worst.status)) worst = c;
    }
    return worst;
  }
  void expect(const std::string& name, Check::Status status, const std::string& what) {
    const Check found = one(name);
    EXPECT_STREQ(lab::name(found.status), lab::name(status)) << found.message;
    EXPECT_THAT(found.message, HasSubstr(what));
  }

  Result<TempDirectory> folder_ = TempDirectory::make(fs::temp_directory_path(), "leanlab checks ü ");
  fs::path root_, lab_;
  Interrupt interrupt_;
};

constexpr auto k_ok = Check::Status::ok;
constexpr auto k_warn = Check::Status::warn;
constexpr auto k_fail = Check::Status::fail;

TEST_F(ChecksTest, AGoodLabHasNoFailure) {
  for (const Check& c : check()) EXPECT_NE(c.status, k_fail) << c.name << ": " << c.message;
  expect("evaluator", k_ok, "experiments/sample.txt gets loss = 5 in");
  expect("evaluator, missing file", k_ok, "names the file");
  expect("validator", k_ok, "VALID");
  expect("seal", k_warn, "leanlab lock 'mein Labor'");
  expect("judging", k_warn, "level in-process, tier ");
  EXPECT_EQ(list_directory(lab_)->size(), 5u) << "a check leaves nothing behind";
}

TEST_F(ChecksTest, WhatCannotBeReadStopsEarly) {
  EXPECT_THAT(check("mein Lab")[0].message, HasSubstr("did you mean \"mein Labor\"?"));
  write("lab.json", "{\"objective\": 5}");
  const auto checks = check();
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].status, k_fail);
  EXPECT_THAT(checks[0].message, HasSubstr("lab.json:1:15"));
}

TEST_F(ChecksTest, MissingFilesAreNamed) {
  ASSERT_TRUE(remove_tree(lab_ / "evaluation.sh"));
  expect("files", k_fail, "\"eval_cmd\" names evaluation.sh, which is not in the lab");
  write("evaluation.sh", "true\n");
  ASSERT_TRUE(remove_tree(lab_ / "experiments"));
  expect("files", k_fail, "there is no folder experiments");
  ASSERT_TRUE(make_directories(lab_ / "experiments"));
  expect("files", k_fail, "experiments is empty");
}

TEST_F(ChecksTest, AnEvaluatorMustFailOnAMissingFile) {
  write("evaluation.sh", "echo '{\"loss\": 1}'\n");
  expect("evaluator, missing file", k_fail, "for a file that does not exist");
  write("evaluation.sh", "[ -f \"$1\" ] && echo '{\"loss\": 1}' || echo nothing\n");
  expect("evaluator, missing file", k_warn, "status 0");
  config("", "sh evaluation.sh");
  write("evaluation.sh", "echo usage; exit 2\n");
  expect("evaluator, missing file", k_fail, "has no {file}");
}

TEST_F(ChecksTest, TheSampleMustGetAScore) {
  write("experiments/sample.txt", "NaN\n");
  expect("evaluator", k_fail, "\"loss\" is NaN");
  write("evaluation.sh", "echo \"no file $1\" >&2; exit 1\n");
  expect("evaluator", k_fail, "exit status 1");
  config(R"(, "limits": {"seconds": 0.2})");
  write("evaluation.sh", "[ -f \"$1\" ] || exit 2\nsleep 60\n");
  expect("evaluator", k_fail, "did not end within 0.2 s");
}

TEST_F(ChecksTest, TheValidatorIsTried) {
  write("validate.sh", "echo VALID\n");
  expect("validator", k_fail, "calls a file VALID that does not exist");
  write("validate.sh", "echo INVALID: no\n");
  expect("validator", k_fail, "experiments/sample.txt is not valid: no");
}

TEST_F(ChecksTest, ProgramsAreResolved) {
  config("", "no-such-program {file}");
  expect("evaluator's program", k_fail, "\"no-such-program\" is not on PATH");
  config("", "/usr/bin/python3 evaluation.py {file}");
  expect("evaluator's program", k_ok, "Python 3.");
}

TEST_F(ChecksTest, TheSealIsProved) {
  const auto place = find_lab(find_project(root_, {}), "mein Labor");
  ASSERT_TRUE(lock_lab(*place, *load_config(lab_)));
  expect("seal", k_ok, "3 files unchanged");
  write("later.txt", "x");
  expect("seal", k_warn, "later.txt");
  write("evaluation.sh", "echo 2\n");
  expect("seal", k_fail, "evaluation.sh has changed");
  EXPECT_EQ(one("seal").code, ErrorCode::integrity);
}

TEST_F(ChecksTest, WhatPassedIsTrustedWhileNothingChanges) {
  const auto trust = [&] {
    const auto before =
        check_lab(find_project(root_, {}), "mein Labor", interrupt_, [](const Check&) {}, Checking::trusting);
    return std::any_of(before.begin(), before.end(), [](const Check& c) {
      return c.message.find("passed its trials before") != std::string::npos;
    });
  };
  ASSERT_TRUE(make_directories(root_ / ".leanlab/state/labs/mein Labor"));
  EXPECT_FALSE(trust()) << "never tried";
  EXPECT_TRUE(trust());
  expect("evaluator", k_ok, "gets loss = 5");  // a thorough check tries it
  write("experiments/sample.txt", "6\n");
  EXPECT_FALSE(trust()) << "another sample";
  EXPECT_TRUE(trust());
  write("evaluation.sh", "[ -f \"$1\" ] || exit 2\necho oops\n");
  EXPECT_FALSE(trust()) << "another evaluator";
  EXPECT_FALSE(trust()) << "what failed is not remembered";
}

TEST_F(ChecksTest, PublicDataIsTold) {
  expect("data", k_ok, "no public data");
  write("helper.py", "from sklearn.datasets import load_digits\nx = load_digits(return_X_y=True)\n");
  expect("data", k_warn, "helper.py reads public data with load_digits()");
  write("helper.py", "def load_experiment(path): pass\nfetch_it = 5\nload_experiment(1)\n");
  expect("data", k_ok, "no public data");
}

TEST_F(ChecksTest, TheAgentIsTried) {
  expect("agent", k_warn, "experiments/sample.txt has nothing to tune");
  config(R"(, "agents": {"worker": "tuner"})");
  expect("agent", k_fail, "has nothing to tune");
  write("experiments/sample.txt", "tile = 5  # tune: 1..64 int\n");
  expect("agent", k_ok, "1 constant can be tuned in experiments/sample.txt: tile");
  write("experiments/sample.txt", "tile = 5  # tune: 1..\n");
  expect("agent", k_fail, "sample.txt:1:");
  config(R"(, "agents": {"worker": "tunner"})");
  expect("agent", k_fail, "did you mean 'tuner'?");
  config(R"(, "agents": {"worker": "command:./missing.sh"})");
  expect("agent", k_fail, "missing.sh");
}

TEST_F(ChecksTest, AnInterruptEndsIt) {
  interrupt_.raise();
  const auto checks = check();
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].name, "lab.json");
}

}  // namespace
}  // namespace leanlab::lab

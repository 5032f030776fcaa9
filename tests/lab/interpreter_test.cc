#include "lab/interpreter.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fs.h"
#include "base/process.h"

namespace leanlab::lab {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

/// A lab's folder in a project of its own, and a PATH that the test sets.
class InterpreterTest : public testing::Test {
 protected:
  void SetUp() override {
    std::error_code error;
    root_ = fs::canonical(folder_->path(), error);
    lab_ = root_ / ".leanlab/mein Labor";
    ASSERT_TRUE(make_directories(lab_));
    ASSERT_TRUE(make_directories(root_ / "bin"));
    saved_path_ = std::getenv("PATH");
  }
  void TearDown() override { ::setenv("PATH", saved_path_.c_str(), 1); }

  void script(const fs::path& file, const std::string& text) {
    ASSERT_TRUE(make_directories(file.parent_path()));
    ASSERT_TRUE(write_file(file, "#!/bin/sh\n" + text + "\n", Durability::fast, 0755));
  }
  /// An interpreter that calls itself `name`.
  void fake_python(const fs::path& file, const std::string& name, const std::string& prefix = "/opt/py") {
    script(file, R"(echo '{"program": ")" + name + R"(", "version": "3.9.1", "prefix": ")" + prefix +
                     R"(", "base_prefix": "/opt/py", "search_path": ["/opt/py/lib"]}')");
  }
  void only_path() { ::setenv("PATH", (root_ / "bin").c_str(), 1); }
  Result<ResolvedCommand> resolve(const std::string& command) {
    return resolve_command(command, "experiments/a b.py", lab_);
  }

  Result<TempDirectory> folder_ = TempDirectory::make(fs::temp_directory_path(), "leanlab interpreter ü ");
  fs::path root_, lab_;
  std::string saved_path_;
};

TEST_F(InterpreterTest, AsksTheRealPython) {
  const auto found = resolve("/usr/bin/python3 evaluation.py --experiment={file}");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->argv,
              ElementsAre("/usr/bin/python3", "evaluation.py", "--experiment=experiments/a b.py"));
  ASSERT_TRUE(found->interpreter);
  EXPECT_EQ(found->interpreter->real, fs::canonical("/usr/bin/python3").string());
  EXPECT_EQ(found->interpreter->prefix, "/usr");
  EXPECT_THAT(found->interpreter->search_path, testing::Not(IsEmpty()));
}

TEST_F(InterpreterTest, AVirtualEnvironmentStaysOne) {
  const auto made =
      run_program({.argv = {"/usr/bin/python3", "-m", "venv", "--without-pip", (root_ / ".venv").string()},
                   .cwd = {},
                   .env = {},
                   .fds = {}},
                  std::chrono::seconds(60));
  if (!made || !made->status.ok()) GTEST_SKIP() << "python3 -m venv does not work here";
  only_path();
  const auto found = resolve("uv run --with numpy python evaluation.py {file}");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->argv[0], (root_ / ".venv/bin/python").string());
  EXPECT_EQ(found->argv[1], "evaluation.py");
  EXPECT_EQ(found->interpreter->prefix, (root_ / ".venv").string());
  EXPECT_EQ(found->interpreter->base_prefix, "/usr");
  EXPECT_THAT(found->warnings, ElementsAre(HasSubstr("uv is not installed")));
}

TEST_F(InterpreterTest, AShimIsReplacedByWhatItStandsFor) {
  fake_python(root_ / "bin/python", "/opt/py/bin/python3.9");
  only_path();
  const auto found = resolve("python x.py");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->argv, ElementsAre("/opt/py/bin/python3.9", "x.py"));
  EXPECT_EQ(found->interpreter->version, "3.9.1");
}

TEST_F(InterpreterTest, Python3StandsInForPython) {
  fake_python(root_ / "bin/python3", "/opt/py/bin/python3");
  only_path();
  EXPECT_EQ(resolve("python x.py")->argv[0], "/opt/py/bin/python3");
  script(root_ / "bin/python", "echo 'pyenv: python: command not found' >&2; exit 127");
  EXPECT_EQ(resolve("python x.py")->argv[0], "/opt/py/bin/python3");
}

TEST_F(InterpreterTest, UvIsAskedWhenItIsThere) {
  script(
      root_ / "bin/uv",
      R"([ "$1 $2 $3" = "run --frozen python" ] && echo '{"program": "/uv/python", "version": "3.12.0", "prefix": "/uv", "base_prefix": "/b"}')");
  only_path();
  const auto found = resolve("uv run --frozen python evaluation.py");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->argv, ElementsAre("/uv/python", "evaluation.py"));
  EXPECT_THAT(found->warnings, IsEmpty());
  EXPECT_THAT(resolve("uv run --frozen evaluation.py {file}")->argv,
              ElementsAre("/uv/python", "evaluation.py", "experiments/a b.py"));
}

TEST_F(InterpreterTest, ABrokenUvIsTold) {
  script(root_ / "bin/uv", "echo 'no network' >&2; exit 2");
  fake_python(root_ / "bin/python3", "/opt/py/bin/python3");
  only_path();
  const auto found = resolve("uv run python evaluation.py");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->argv[0], "/opt/py/bin/python3");
  EXPECT_THAT(found->warnings, ElementsAre(HasSubstr("no network")));
}

TEST_F(InterpreterTest, RelativeProgramsAreTheLabs) {
  script(lab_ / "evaluate.sh", "true");
  const auto found = resolve("./evaluate.sh '{file}'");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->argv, ElementsAre((lab_ / "evaluate.sh").string(), "experiments/a b.py"));
  EXPECT_FALSE(found->interpreter);
}

TEST_F(InterpreterTest, WhatIsMissingSaysWhatToDo) {
  only_path();
  EXPECT_THAT(resolve("node x.js").error().next, HasSubstr("apt install nodejs"));
  EXPECT_THAT(resolve("python3 x.py").error().next, HasSubstr("apt install python3"));
  EXPECT_THAT(resolve("./missing.sh").error().message, HasSubstr("does not exist"));
  ASSERT_TRUE(write_file(lab_ / "plain.sh", "true"));
  EXPECT_THAT(resolve("./plain.sh").error().next, HasSubstr("chmod +x"));
  EXPECT_THAT(resolve("plain.sh").error().next, HasSubstr("./plain.sh"));
  ASSERT_TRUE(make_directories(lab_ / "folder"));
  EXPECT_EQ(resolve("./folder").error().code, ErrorCode::misconfigured);
  for (const char* command : {"", "  ", "uv run", "uv run --with", "'unclosed", "python3"}) {
    const auto found = resolve(command);
    ASSERT_FALSE(found) << command;
    EXPECT_EQ(found.error().code, ErrorCode::misconfigured) << command;
  }
}

TEST_F(InterpreterTest, NonsenseAnswersAreAnError) {
  only_path();
  for (const char* answer : {"echo hello", "echo '{}'", "echo '[1]'", "echo", "exit 3", "kill -9 $$"}) {
    script(root_ / "bin/python3.7", answer);
    std::error_code error;
    const auto found = resolve("python3.7 x.py");
    ASSERT_FALSE(found) << answer;
    EXPECT_EQ(found.error().code, ErrorCode::misconfigured) << answer;
  }
}

}  // namespace
}  // namespace leanlab::lab

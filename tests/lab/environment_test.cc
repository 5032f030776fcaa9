#include "lab/environment.h"

#include <cstdlib>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab::lab {
namespace {

using testing::HasSubstr;
using testing::Not;

std::map<std::string, std::string> values(const JudgeSurroundings& surroundings) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : judge_environment(surroundings)) {
    EXPECT_TRUE(result.emplace(name, value).second) << name << " stands twice";
  }
  return result;
}

class EnvironmentTest : public testing::Test {
 protected:
  void SetUp() override { path_ = std::getenv("PATH"); }
  void TearDown() override {
    ::setenv("PATH", path_.c_str(), 1);
    for (const char* name : {"MY_TOKEN", "NLTK_DATA", "SCIKIT_LEARN_DATA"}) ::unsetenv(name);
  }
  std::string path_;
};

TEST_F(EnvironmentTest, IsFixedAndHoldsNoSecrets) {
  ::setenv("MY_TOKEN", "secret", 1);
  ::setenv("NLTK_DATA", "/data/nltk", 1);
  const auto env = values({"/p/.leanlab/x", "/tmp/private", 42, {}});
  EXPECT_EQ(env.at("HOME"), "/tmp/private");
  EXPECT_EQ(env.at("TMPDIR"), "/tmp/private");
  EXPECT_EQ(env.at("LANG"), "C.UTF-8");
  EXPECT_EQ(env.at("LC_ALL"), "C.UTF-8");
  EXPECT_EQ(env.at("TZ"), "UTC");
  EXPECT_EQ(env.at("PYTHONDONTWRITEBYTECODE"), "1");
  EXPECT_EQ(env.at("PYTHONNOUSERSITE"), "1");
  EXPECT_EQ(env.at("PYTHONHASHSEED"), "0");
  EXPECT_EQ(env.at("LEANLAB_SEED"), "42");
  EXPECT_EQ(env.at("LEANLAB_LAB"), "/p/.leanlab/x");
  EXPECT_EQ(env.at("NLTK_DATA"), "/data/nltk");
  EXPECT_FALSE(env.contains("MY_TOKEN"));
}

TEST_F(EnvironmentTest, PathHasOnlyAbsoluteFolders) {
  ::setenv("PATH", "/a::.:b:/c:", 1);
  EXPECT_EQ(values({"/l", "/t", 0, {}}).at("PATH"), "/a:/c");
  Interpreter venv{"/v/bin/python", "/usr/bin/python3.11", "3.11.2", "/v", "/usr", {}};
  EXPECT_EQ(values({"/l", "/t", 0, venv}).at("PATH"), "/v/bin:/a:/c");
  EXPECT_EQ(values({"/l", "/t", 0, venv}).at("VIRTUAL_ENV"), "/v");
}

TEST_F(EnvironmentTest, FindsTheLabsOwnData) {
  const auto folder = TempDirectory::make();
  ASSERT_TRUE(make_directories(folder->path() / "data/scikit_learn_data"));
  EXPECT_EQ(values({folder->path(), "/t", 0, {}}).at("SCIKIT_LEARN_DATA"),
            (folder->path() / "data/scikit_learn_data").string());
  const std::string sealed = sealed_environment({}, folder->path());
  EXPECT_THAT(sealed, HasSubstr("SCIKIT_LEARN_DATA=<lab>/data/scikit_learn_data\n"));
  EXPECT_THAT(sealed, Not(HasSubstr("LEANLAB_SEED")));
  ::setenv("SCIKIT_LEARN_DATA", "/mine", 1);
  EXPECT_EQ(values({folder->path(), "/t", 0, {}}).at("SCIKIT_LEARN_DATA"), "/mine");
}

}  // namespace
}  // namespace leanlab::lab

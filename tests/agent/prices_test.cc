// Tests of agent/prices: the user's rows win, unknown stays unknown.
#include "agent/prices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab::agent {
namespace {

using testing::HasSubstr;

class PriceTables : public testing::Test {
 protected:
  fs::path table(const std::string& name, const std::string& models) {
    const fs::path file = temp_->path() / name;
    EXPECT_TRUE(write_file(file, "{\"version\": 1, \"models\": {" + models + "}}"));
    return file;
  }
  Result<TempDirectory> temp_ = TempDirectory::make();
};

TEST_F(PriceTables, TheUsersRowReplacesThePackagedOne) {
  const auto prices =
      Prices::load({table("a", R"("m": {"input": 1, "output": 2}, "n": {"input": 5})"),
                    table("b", R"("m": {"input": 10, "output": 20})"), temp_->path() / "missing"});
  ASSERT_TRUE(prices) << prices.error().message;
  EXPECT_DOUBLE_EQ(*prices->cost("m", {1'000'000, 500'000, 0, 0}), 20.0);
  EXPECT_DOUBLE_EQ(*prices->cost("n", {2'000'000, 0, 0, 0}), 10.0);
}

TEST(Prices, TheModelIsReadFromAnAgentsName) {
  EXPECT_EQ(model_in("claude:opus"), "opus");
  EXPECT_EQ(model_in("api:anthropic/m-1"), "m-1");
  EXPECT_EQ(model_in("api:vendor/m-1"), "vendor/m-1");
  EXPECT_EQ(model_in("command:./x"), "");
  EXPECT_EQ(model_in("acp:gemini --acp"), "");
  EXPECT_EQ(model_in("codex"), "");
}

TEST_F(PriceTables, UnknownStaysUnknown) {
  const auto prices = Prices::load({table("a", R"("m": {"input": 1})")});
  ASSERT_TRUE(prices);
  EXPECT_FALSE(prices->cost("other", {1, 0, 0, 0}));
  EXPECT_FALSE(prices->cost("m", {1, 1, 0, 0})) << "no price for output";
  EXPECT_FALSE(prices->cost("", {1, 0, 0, 0}));
  EXPECT_EQ(prices->cost("m", {0, 0, 0, 0}), 0.0);
}

TEST_F(PriceTables, TheLongestBeginningFits) {
  const auto prices = Prices::load(
      {table("a", R"("c-*": {"input": 1}, "c-opus-*": {"input": 2}, "c-opus-4": {"input": 3})")});
  ASSERT_TRUE(prices);
  EXPECT_EQ(prices->find("c-opus-4")->input, 3.0);
  EXPECT_EQ(prices->find("c-opus-4-20260101")->input, 2.0);
  EXPECT_EQ(prices->find("c-haiku")->input, 1.0);
  EXPECT_EQ(prices->find("d"), nullptr);
}

TEST_F(PriceTables, MistakesAreToldWithTheirPlace) {
  for (const char* models :
       {R"("m": 5)", R"("m": {"input": -1})", R"("m": {"input": "1"})", R"("m": {"inputs": 1})"}) {
    const auto prices = Prices::load({table("bad", models)});
    ASSERT_FALSE(prices) << models;
    EXPECT_EQ(prices.error().code, ErrorCode::misconfigured);
    EXPECT_THAT(prices.error().where, HasSubstr("bad:1:")) << models;
  }
}

}  // namespace
}  // namespace leanlab::agent

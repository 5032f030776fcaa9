#include "agent/home.h"

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

class Login : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(write_file(users(), k_before)); }
  fs::path users() const { return folder_.path() / "theirs.json"; }
  fs::path copy() const { return folder_.path() / "home/.agent/login.json"; }
  std::string now() const { return *read_file(users()); }
  static constexpr const char* k_before =
      R"({"oauth": {"token": "before-0123456789abcdef", "expiresAt": 1}})";
  static constexpr const char* k_after = R"({"oauth": {"token": "after-0123456789abcdefg", "expiresAt": 2}})";
  static constexpr const char* k_newer = R"({"oauth": {"token": "newer-0123456789abcdef", "expiresAt": 3}})";
  static constexpr const char* k_half = R"({"oauth": {"token": "after-012345)";
  TempDirectory folder_ = *TempDirectory::make();
};

TEST_F(Login, ARenewedTokenIsGivenBack) {
  {
    const auto login = BorrowedLogin::take(users(), copy());
    ASSERT_TRUE(login);
    EXPECT_EQ(login->secrets(), std::vector<std::string>{"before-0123456789abcdef"});
    ASSERT_TRUE(write_file(copy(), k_after));
  }
  EXPECT_EQ(now(), k_after);
}

TEST_F(Login, WhatIsNoRenewalIsNotGivenBack) {
  for (const char* planted :
       {"{}", "not json",
        R"({"oauth": {"token": "after-0123456789abcdefg", "expiresAt": 2}, "hooks": "evil"})",
        R"({"oauth": {"token": ["x"], "expiresAt": 2}})", R"({"oauth": {"token": null, "expiresAt": 2}})",
        R"({"oauth": {"expiresAt": 2}})", R"({"oauth": {"token": "", "expiresAt": 2}})",
        R"({"oauth": {"token": "after-0123456789abcdefg", "expiresAt": 2, "more": {"token": "x"}}})",
        k_half}) {
    {
      const auto login = BorrowedLogin::take(users(), copy());
      ASSERT_TRUE(login);
      ASSERT_TRUE(write_file(copy(), planted));
    }
    EXPECT_EQ(now(), k_before) << planted;
  }
}

TEST_F(Login, ARenewalMayNoteSomething) {
  constexpr const char* k_noted =
      R"({"oauth": {"token": "after-0123456789abcdefg", "expiresAt": 2, "tier": null}, "last_refresh": "2026"})";
  {
    const auto login = BorrowedLogin::take(users(), copy());
    ASSERT_TRUE(write_file(copy(), k_noted));
  }
  EXPECT_EQ(now(), k_noted);
}

TEST_F(Login, OfTwoThatRenewTheNewerStays) {
  for (const bool newer_first : {true, false}) {
    ASSERT_TRUE(write_file(users(), k_before));
    auto one = BorrowedLogin::take(users(), copy());
    auto other = BorrowedLogin::take(users(), folder_.path() / "other/.agent/login.json");
    ASSERT_TRUE(write_file(copy(), newer_first ? k_newer : k_after));
    ASSERT_TRUE(write_file(folder_.path() / "other/.agent/login.json", newer_first ? k_after : k_newer));
    one->give_back();
    other->give_back();
    EXPECT_EQ(now(), k_newer);
  }
}

TEST_F(Login, IsGivenBackInTheMidstOfATurnAndForNobodyElseToRead) {
  auto login = BorrowedLogin::take(users(), copy());
  ASSERT_TRUE(write_file(copy(), k_after));
  const auto secrets = login->give_back();
  EXPECT_EQ(now(), k_after);
  EXPECT_EQ(secrets.back(), "after-0123456789abcdefg");
  EXPECT_EQ(fs::status(users()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(write_file(copy(), k_newer));
  login->give_back();
  EXPECT_EQ(now(), k_newer);
}

TEST_F(Login, ALinkOfThePersonsStaysOneAndALinkOfTheAgentsIsNotFollowed) {
  fs::rename(users(), folder_.path() / "kept.json");
  fs::create_symlink("kept.json", users());
  auto login = BorrowedLogin::take(users(), copy());
  ASSERT_TRUE(write_file(copy(), k_after));
  login->give_back();
  EXPECT_TRUE(fs::is_symlink(users()));
  EXPECT_EQ(now(), k_after);
  fs::create_directory(folder_.path() / "elsewhere");
  ASSERT_TRUE(write_file(folder_.path() / "elsewhere/login.json", k_newer));
  fs::remove_all(copy().parent_path());
  fs::create_symlink(folder_.path() / "elsewhere", copy().parent_path());
  login->give_back();
  EXPECT_EQ(now(), k_after);
}

TEST_F(Login, ARenewalByAnotherIsKept) {
  {
    const auto login = BorrowedLogin::take(users(), copy());
    ASSERT_TRUE(login);
    ASSERT_TRUE(write_file(copy(), k_after));
    ASSERT_TRUE(write_file(users(), "{\"another\": 1}"));
  }
  EXPECT_EQ(now(), "{\"another\": 1}");
}

TEST_F(Login, AMissingOneIsNoError) {
  EXPECT_TRUE(BorrowedLogin::take(folder_.path() / "absent", copy()));
}

TEST(AgentEnvironment, IsScrubbed) {
  ::setenv("CLAUDECODE", "1", 1);
  ::setenv("MY_PROVIDER_KEY", "key-0123456789", 1);
  ::setenv("MY_OTHER", "x", 1);
  const Environment environment = agent_environment("/home/of/agent", {"MY_PROVIDER_*"});
  const auto has = [&](const char* name) {
    return std::any_of(environment.begin(), environment.end(),
                       [&](const auto& pair) { return pair.first == name; });
  };
  EXPECT_TRUE(has("PATH"));
  EXPECT_TRUE(has("HOME"));
  EXPECT_TRUE(has("MY_PROVIDER_KEY"));
  EXPECT_FALSE(has("CLAUDECODE"));
  EXPECT_FALSE(has("MY_OTHER"));
  EXPECT_EQ(secrets_in(environment), std::vector<std::string>{"key-0123456789"});
}

}  // namespace
}  // namespace leanlab::agent

// Which paths are shown: the system's, and a folder without its hidden parts.
#include "sandbox/view.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab::sandbox {
namespace {

TEST(DefaultView, holds_programs_and_no_secrets) {
  const auto shows = [](const std::string& path) {
    const auto& rules = default_view();
    return std::any_of(rules.begin(), rules.end(), [&](const PathRule& rule) { return rule.path == path; });
  };
  EXPECT_TRUE(shows("/usr"));
  for (const char* path : {"/etc", "/home", "/proc", "/dev", "/var", "/", "/run"})
    EXPECT_FALSE(shows(path)) << path;
  for (const PathRule& rule : default_view()) EXPECT_EQ(rule.access, Access::read);
}

TEST(AllBut, lists_the_siblings_on_the_way) {
  const auto folder = TempDirectory::make().value();
  const fs::path& at = folder.path();
  ASSERT_TRUE(make_directories(at / "a/secret"));
  ASSERT_TRUE(make_directories(at / "a/open"));
  ASSERT_TRUE(make_directories(at / "b"));
  fs::create_directory_symlink(at / "a/secret", at / "link");
  auto shown = all_but(at.string(), {(at / "a/secret").string()});
  std::sort(shown.begin(), shown.end());
  EXPECT_EQ(shown, (std::vector<std::string>{(at / "a/open").string(), (at / "b").string()}));
  EXPECT_EQ(all_but(at.string(), {"/elsewhere"}), std::vector<std::string>{at.string()});
  EXPECT_TRUE(all_but(at.string(), {at.string()}).empty());
}

TEST(AllBut, a_link_does_not_show_what_its_target_hides) {
  const auto folder = TempDirectory::make().value();
  const fs::path at = fs::canonical(folder.path());
  ASSERT_TRUE(make_directories(at / "real/pub/secret"));
  ASSERT_TRUE(make_directories(at / "real/pub/open"));
  fs::create_directory_symlink("real", at / "link");
  const std::vector<std::string> hidden = real_paths({(at / "link/pub/secret").string()});
  EXPECT_EQ(hidden, std::vector<std::string>{(at / "real/pub/secret").string()});
  const std::vector<std::string> open{(at / "real/pub/open").string()};
  EXPECT_EQ(all_but((at / "link").string(), hidden), open);      // as /lib is to /usr/lib
  EXPECT_EQ(all_but((at / "link/pub").string(), hidden), open);  // a link on the way
  EXPECT_EQ(all_but((at / "link/pub/open").string(), hidden), std::vector{(at / "link/pub/open").string()});
  EXPECT_EQ(hidden_below((at / "link/pub").string(), hidden), std::vector{(at / "link/pub/secret").string()});
  EXPECT_TRUE(hidden_below((at / "link").string(), hidden).empty());
  EXPECT_TRUE(hidden_below((at / "real/pub").string(), hidden).empty());
}

TEST(EngineFolders, are_found_below_a_project_and_below_its_folder) {
  const auto folder = TempDirectory::make().value();
  const std::string state = (folder.path() / ".leanlab/state").string();
  ASSERT_TRUE(make_directories(state));
  EXPECT_EQ(engine_folders_below(folder.path().string()), std::vector<std::string>{state});
  EXPECT_EQ(engine_folders_below((folder.path() / ".leanlab").string()), std::vector<std::string>{state});
  EXPECT_TRUE(engine_folders_below((folder.path() / ".leanlab/lab").string()).empty());
}

}  // namespace
}  // namespace leanlab::sandbox

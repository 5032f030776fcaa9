#include "lab/init_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "lab/config.h"

namespace leanlab::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class InitTemplateTest : public testing::Test {
 protected:
  Project project() { return find_project(folder_->path(), {}); }
  Result<TempDirectory> folder_ = TempDirectory::make(fs::temp_directory_path(), "leanlab init ü ");
};

TEST_F(InitTemplateTest, ListsTheBundledLabs) {
  const auto labs = list_bundled_labs();
  ASSERT_TRUE(labs) << labs.error().message;
  std::vector<std::string> names;
  for (const auto& lab : *labs) {
    names.push_back(lab.name);
    EXPECT_FALSE(lab.description.empty()) << lab.name;
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"digits", "house-prices", "matmul"}));
}

TEST_F(InitTemplateTest, CopiesAndRenames) {
  const auto labs = list_bundled_labs();
  for (const auto& lab : *labs) {
    const std::string name = "mein " + lab.name;
    const auto place = init_from_template(project(), name, lab.name);
    ASSERT_TRUE(place) << place.error().message;
    const auto config = load_config(place->folder);
    ASSERT_TRUE(config) << lab.name << ": " << config.error().message << "\n" << config.error().where;
    EXPECT_EQ(config->name, name);
    EXPECT_THAT(config->warnings, IsEmpty()) << lab.name;
    EXPECT_TRUE(fs::is_directory(place->folder / config->experiments_dir));
    struct stat info{};
    ASSERT_EQ(::stat((place->folder / "lab.json").c_str(), &info), 0);
    EXPECT_NE(info.st_mode & S_IWUSR, 0u);
  }
  EXPECT_EQ(lab_names(project()).size(), labs->size());
  EXPECT_EQ(list_directory(project().home)->size(), labs->size() + 1) << "the labs and state/, nothing else";
}

TEST_F(InitTemplateTest, NeverOverwrites) {
  ASSERT_TRUE(init_from_template(project(), "a", "matmul"));
  ASSERT_TRUE(write_file(project().home / "a/mine", "x"));
  const auto again = init_from_template(project(), "a", "matmul");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::usage);
  EXPECT_TRUE(fs::exists(project().home / "a/mine"));
}

TEST_F(InitTemplateTest, LeavesNothingHalfMade) {
  const auto unknown = init_from_template(project(), "a", "matmull");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
  EXPECT_THAT(unknown.error().message, HasSubstr("did you mean \"matmul\"?"));
  EXPECT_THAT(unknown.error().next, HasSubstr("--template matmul"));
  EXPECT_EQ(init_from_template(project(), "state", "matmul").error().code, ErrorCode::usage);
  EXPECT_FALSE(fs::exists(folder_->path() / ".leanlab"));
  // A state folder that belongs to somebody else stops it after the copy.
  const Project taken = find_project(folder_->path(), folder_->path() / "state");
  ASSERT_TRUE(make_directories(folder_->path() / "other/.leanlab"));
  ASSERT_TRUE(make_directories(folder_->path() / "state"));
  ASSERT_TRUE(write_file(folder_->path() / "state/project", (folder_->path() / "other").string()));
  EXPECT_FALSE(init_from_template(taken, "a", "matmul"));
  EXPECT_FALSE(fs::exists(folder_->path() / ".leanlab"));
}

}  // namespace
}  // namespace leanlab::lab

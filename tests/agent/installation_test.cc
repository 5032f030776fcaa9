#include "agent/installation.h"

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

class Installation : public testing::Test {
 protected:
  void SetUp() override { ::setenv("PATH", (root() / "prefix/bin:/usr/bin:/bin").c_str(), 1); }
  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }
  fs::path root() const { return folder_.path(); }
  fs::path make(const std::string& file, const std::string& text = "#!/bin/sh\n") {
    const fs::path path = root() / file;
    EXPECT_TRUE(make_directories(path.parent_path()));
    EXPECT_TRUE(write_file(path, text, Durability::fast, 0755));
    return path;
  }
  bool shows(const fs::path& program, const std::string& what) const {
    const auto shown = reach_of_files({program.string()});
    return std::find(shown.begin(), shown.end(), (root() / what).string()) != shown.end();
  }

  const std::string path_ = ::getenv("PATH");
  TempDirectory folder_ = *TempDirectory::make();
};

TEST_F(Installation, AScriptIsShownWithoutWhatLiesBesideIt) {
  make("home/me/notes.txt");
  const fs::path script = make("home/me/propose.sh");
  EXPECT_TRUE(shows(script, "home/me/propose.sh"));
  EXPECT_FALSE(shows(script, "home/me"));
}

TEST_F(Installation, TheFirstLineNamesAnInstallation) {
  make("prefix/lib/python3.12/os.py");
  make("prefix/bin/python3.12");
  const fs::path script = make("script.py", "#!/usr/bin/env -S python3.12 -u\nprint(1)\n");
  EXPECT_TRUE(shows(script, "prefix"));
}

TEST_F(Installation, AVirtualEnvironmentBringsItsBase) {
  make("base/lib/python3.12/os.py");
  make("base/bin/python3.12");
  make("venv/pyvenv.cfg", "home = " + (root() / "base/bin").string() + "\nversion = 3.12\n");
  fs::create_symlink(root() / "base/bin/python3.12", make("venv/bin/x").parent_path() / "python");
  const fs::path script = make("script.py", "#!" + (root() / "venv/bin/python").string() + "\n");
  EXPECT_TRUE(shows(script, "venv"));
  EXPECT_TRUE(shows(script, "base"));
}

TEST_F(Installation, ShimsBringWhatTheyLeadTo) {
  make("pyenv/versions/3.12/bin/python3");
  make("pyenv/shims/tool");
  ::setenv("PATH", (root() / "pyenv/shims:/usr/bin:/bin").c_str(), 1);
  EXPECT_TRUE(shows(make("script.sh"), "pyenv"));
}

TEST_F(Installation, KeyringsBesideProgramsOfAUserAreNot) {
  make("me/.local/bin/tool");
  make("me/.local/lib/python3.12/site-packages/x.py");
  make("me/.local/share/keyrings/login.keyring");
  ::setenv("PATH", (root() / "me/.local/bin:/usr/bin:/bin").c_str(), 1);
  const fs::path script = make("script.sh");
  EXPECT_TRUE(shows(script, "me/.local/lib"));
  EXPECT_FALSE(shows(script, "me/.local"));
}

}  // namespace
}  // namespace leanlab::agent

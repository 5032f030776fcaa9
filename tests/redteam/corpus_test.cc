// The bundled corpus is what it says, and a header that is not understood is an error.
#include "redteam/corpus.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace leanlab::redteam {
namespace {

std::string header(const std::string& more = "") {
  return "# attack: x\n# class: a class\n# tries: to be read\n# must: invalid\n" + more +
         "import os\n# place: no header\n";
}

TEST(Corpus, a_header_is_read) {
  const auto attack =
      parse_attack(header("# lab: numpy\n# quick: yes\n# repeat: 3\n# file: \"a\\nb.py\"\n"), "x.py");
  ASSERT_TRUE(attack) << one_line(attack.error());
  EXPECT_EQ(attack->name, "x");
  EXPECT_EQ(attack->group, "a class");
  EXPECT_EQ(attack->must, Must::invalid);
  EXPECT_EQ(attack->lab, "numpy");
  EXPECT_EQ(attack->file, "a\nb.py");
  EXPECT_EQ(attack->times, 3U);
  EXPECT_TRUE(attack->quick);
  EXPECT_FALSE(attack->honest);
  EXPECT_EQ(attack->place, "");
}

TEST(Corpus, what_is_not_understood_is_an_error) {
  EXPECT_FALSE(parse_attack(header("# muts: invalid\n"), "x.py"));
  EXPECT_FALSE(parse_attack(header("# repeat: often\n"), "x.py"));
  EXPECT_FALSE(parse_attack(header("# file: unquoted\n"), "x.py"));
  EXPECT_FALSE(parse_attack(header(), "another.py"));
  EXPECT_FALSE(parse_attack("# attack: x\n# class: c\n# tries: t\n# must: lose\n", "x.py"));
  EXPECT_FALSE(parse_attack("print(1)\n", "x.py"));
}

TEST(Corpus, other_languages_have_other_comments) {
  const auto attack =
      parse_attack("// attack: x\n// class: c\n// tries: t\n// must: contained\nint main() {}\n", "x.cc");
  ASSERT_TRUE(attack) << one_line(attack.error());
  EXPECT_EQ(attack->must, Must::contained);
  EXPECT_EQ(attack->extension, ".cc");
  EXPECT_EQ(comment(".cc", "1"), "// 1\n");
  EXPECT_EQ(comment(".sh", "1"), "# 1\n");
}

TEST(Corpus, bundled_attacks_cover_every_class_twice) {
  const auto folder = bundled_corpus();
  ASSERT_TRUE(folder) << one_line(folder.error());
  const auto corpus = load_corpus(*folder);
  ASSERT_TRUE(corpus) << one_line(corpus.error());
  std::map<std::string, int> classes;
  std::set<std::string> names;
  int attacks = 0;
  for (const Attack& attack : *corpus) {
    EXPECT_TRUE(names.insert(attack.name).second) << attack.name << " is there twice";
    ++classes[attack.group];
    attacks += attack.honest ? 0 : 1;
    EXPECT_EQ(attack.honest, attack.group == "honest programs");
    EXPECT_FALSE(attack.honest && attack.must == Must::invalid) << attack.name;
    EXPECT_TRUE(attack.lab.empty() || fs::is_directory(*folder / "labs" / attack.lab)) << attack.name;
  }
  EXPECT_GE(attacks, 60);
  EXPECT_GE(classes.size(), 12U);
  for (const auto& [name, count] : classes) EXPECT_GE(count, 2) << name;
}

}  // namespace
}  // namespace leanlab::redteam

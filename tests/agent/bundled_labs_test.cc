// The bundled labs' starting points: each is tunable, and every suggestion can be written into it.
#include <gtest/gtest.h>

#include "agent/tunables/tunables.h"
#include "base/fs.h"
#include "base/random.h"

namespace leanlab::agent {
namespace {

TEST(BundledLabs, EverySampleIsTunable) {
  std::size_t samples = 0;
  const auto labs = list_directory(LEANLAB_LABS);
  ASSERT_TRUE(labs);
  for (const std::string& lab : *labs) {
    const fs::path folder = fs::path(LEANLAB_LABS) / lab / "experiments";
    if (!fs::is_directory(folder)) continue;
    const auto files = list_directory(folder);
    ASSERT_TRUE(files);
    for (const std::string& file : *files) {
      if (!file.starts_with("sample.")) continue;
      ++samples;
      const auto source = read_file(folder / file);
      ASSERT_TRUE(source);
      const auto t = Tunables::parse(*source, lab + "/" + file);
      ASSERT_TRUE(t) << lab << ": " << one_line(t.error()) << "\n" << t.error().where;
      EXPECT_GE(t->list().size(), 3u) << lab;
      Random random(1);
      for (int i = 0; i < 200; ++i) {
        std::vector<double> units(t->space().size());
        for (double& u : units) u = random.uniform();
        const auto text = t->rewrite(t->space().from_units(units));
        ASSERT_TRUE(text) << lab << ": " << one_line(text.error());
      }
    }
  }
  EXPECT_GE(samples, 3u);
}

}  // namespace
}  // namespace leanlab::agent

// results.jsonl as others write it.
#include "lab/results_file.h"

#include <gtest/gtest.h>

#include "base/fs.h"

namespace leanlab::lab {
namespace {

TEST(ResultsFileScan, ARowThatClaimsToBeOursInAnotherFormIsSomebodyElses) {
  const auto folder = TempDirectory::make().value();
  const ResultsFile file(folder.path() / "results.jsonl");
  ASSERT_TRUE(write_file(file.path(),
                         "{\"leanlab\": {\"seq\": 1, \"ledger\": 5}}\n"
                         "{\"leanlab\": {\"seq\": -1, \"ledger\": \"a\"}}\n"
                         "{\"leanlab\": [1]}\n"
                         "{\"leanlab\": {\"seq\": 2, \"ledger\": \"a\"}}\n"));
  std::vector<std::string> owners;
  const auto keep = [&](ResultsLine& line) -> Status {
    owners.push_back(line.ledger);
    return {};
  };
  ASSERT_TRUE(file.scan(0, keep));
  EXPECT_EQ(owners, (std::vector<std::string>{"", "", "", "a"}));
}

}  // namespace
}  // namespace leanlab::lab

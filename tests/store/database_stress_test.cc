// The WAL rule under load: several processes write, checkpoint, read and die.
#include <cstdlib>
#include <sstream>

#include "base/process.h"
#include "base/random.h"
#include "store/database.h"
#include "store_support.h"

namespace leanlab::store {
namespace {

class DatabaseStressTest : public testing::Test {
 protected:
  struct Child {
    RunningProcess process;
    Fd output;
  };
  Child start(const std::string& role, int seconds_tenths) {
    SpawnRequest request;
    request.argv = {LEANLAB_STORE_WRITER, role, file_.string(), std::to_string(seconds_tenths)};
    Pipe pipe = *make_pipe();
    request.fds = {{pipe.write.get(), 1}, {2, 2}};
    auto process = spawn(request);
    EXPECT_TRUE(process);
    return {std::move(*process), std::move(pipe.read)};
  }
  TempDirectory temp_ = *TempDirectory::make();
  fs::path file_ = temp_.path() / "book.db";
};

TEST_F(DatabaseStressTest, WritersCheckpointersAndReadersInManyProcesses) {
  std::vector<Child> children;
  for (const char* role :
       {"db-write", "db-write", "db-write", "db-checkpoint", "db-checkpoint", "db-read", "db-read"}) {
    children.push_back(start(role, 40));
  }
  // Meanwhile others are killed in the middle of what they do.
  Random random(17);
  std::int64_t committed = 0;
  const auto last_number = [](const std::string& said) {
    std::istringstream lines(said);
    std::int64_t number = 0;
    std::int64_t last = 0;
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
      if (std::istringstream(line) >> number) last = number;
    }
    return last;
  };
  for (int round = 0; round < 15; ++round) {
    Child victim = start(round % 3 == 2 ? "db-checkpoint" : "db-write", 600);
    char piece[64];
    const std::uint64_t enough = 1 + random.below(4);
    for (std::uint64_t n = 0; n < enough; ++n) ASSERT_GT(::read(victim.output.get(), piece, sizeof piece), 0);
    victim.process.send_signal(SIGKILL);
    EXPECT_EQ(victim.process.wait().signal_number, SIGKILL);
  }
  for (Child& child : children) {
    const std::string said = *read_all(child.output.get(), 64 << 20);
    const ExitStatus ended = child.process.wait();
    EXPECT_TRUE(ended.ok()) << ended.describe() << ": "
                            << said.substr(said.size() > 300 ? said.size() - 300 : 0);
    committed = std::max(committed, last_number(said));
  }
  auto database = Database::open(file_, Database::Mode::read_write, "", 1);
  ASSERT_TRUE(database) << why(database);
  const Status checked = (*database)->check();
  EXPECT_TRUE(checked) << why(checked);
  auto totals = (*database)->prepare(
      "SELECT (SELECT n FROM counter), (SELECT count(*) FROM rows), (SELECT max(number) FROM rows)");
  ASSERT_TRUE(*totals->step());
  EXPECT_EQ(totals->integer(0), totals->integer(1)) << "a row for each count";
  EXPECT_EQ(totals->integer(0), totals->integer(2)) << "no gap";
  EXPECT_GE(totals->integer(0), committed) << "what a writer was told to be committed is there";
  EXPECT_GT(committed, 100);
}

}  // namespace
}  // namespace leanlab::store

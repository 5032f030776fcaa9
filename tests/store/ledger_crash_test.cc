#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "base/process.h"
#include "base/random.h"
#include "store/ledger.h"
#include "store_support.h"

namespace leanlab::store {
namespace {

struct Acknowledged {
  std::uint64_t seq = 0;
  std::string hash;
};

// A ledger that writers die on, and what they had acknowledged.
class LedgerCrashTest : public LedgerTest {
 protected:
  // Starts a writer with `crash_at` in its environment.
  RunningProcess start(const std::string& crash_at, const std::string& name, int threads, int each,
                       Fd& output) {
    SpawnRequest request;
    request.argv = {LEANLAB_STORE_WRITER, "ledger", folder_.string(), name, std::to_string(threads),
                    std::to_string(each)};
    request.env = {{"LEANLAB_CRASH_AT", crash_at}};
    Pipe pipe = *make_pipe();
    request.fds = {{pipe.write.get(), 1}, {2, 2}};
    auto process = spawn(request);
    EXPECT_TRUE(process);
    output = std::move(pipe.read);
    return std::move(*process);
  }

  void collect(const std::string& output) {
    std::istringstream lines(output);
    std::string id;
    Acknowledged record;
    // A last line without its newline was cut by the kill; what it said holds all the same.
    while (lines >> id >> record.seq >> record.hash) {
      if (record.hash.size() == 64) acknowledged_[id] = record;
    }
  }

  // The next writer opens, and everything that was acknowledged is there, once.
  void expect_nothing_lost(const std::string& when) {
    auto ledger = open_ledger(folder_);
    ASSERT_TRUE(ledger) << when << ": " << why(ledger);
    std::map<std::string, Acknowledged> found;
    for (const Record& record : all_records(**ledger)) {
      if (record.type == "ledger") continue;
      const std::string id = (*parse_json(record.text))["body"]["id"];
      EXPECT_TRUE(found.emplace(id, Acknowledged{record.seq, record.hash}).second)
          << when << ": twice " << id;
    }
    for (const auto& [id, record] : acknowledged_) {
      ASSERT_TRUE(found.contains(id)) << when << ": lost " << id;
      EXPECT_EQ(found[id].seq, record.seq) << when;
      EXPECT_EQ(found[id].hash, record.hash) << when;
    }
    ledger->reset();
    const auto verified = verify_ledger(folder_);
    ASSERT_TRUE(verified) << why(verified);
    EXPECT_TRUE(verified->problems.empty()) << when << ": " << verified->problems[0].what;
    EXPECT_EQ(verified->torn_bytes, 0u) << when;
  }

  std::map<std::string, Acknowledged> acknowledged_;
};

TEST_F(LedgerCrashTest, KilledAtEachPointNothingIsLostOrDoubled) {
  int round = 0;
  for (const char* point :
       {"ledger.before_write", "ledger.half_written", "ledger.written", "ledger.synced"}) {
    for (const int threads : {1, 8}) {
      for (const int passage : {1, 2, 3, 9}) {
        const std::string when = fmt::format("{}:{} with {} threads", point, passage, threads);
        Fd output;
        RunningProcess writer =
            start(fmt::format("{}:{}", point, passage), fmt::format("w{}", ++round), threads, 10, output);
        collect(*read_all(output.get(), 1 << 20));
        // A batch may hold all that eight threads have to say, so that the ninth passage is sometimes never reached.
        const ExitStatus ended = writer.wait();
        EXPECT_TRUE(ended.signal_number == SIGKILL || (passage > 3 && threads > 1 && ended.ok())) << when;
        expect_nothing_lost(when);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(acknowledged_.size(), 50u);
}

TEST_F(LedgerCrashTest, HalfWrittenRecordIsMovedAside) {
  make_ledger(folder_, 1);
  Fd output;
  RunningProcess writer = start("ledger.half_written", "w", 1, 1, output);
  EXPECT_EQ(*read_all(output.get(), 1 << 20), "");
  EXPECT_EQ(writer.wait().signal_number, SIGKILL);
  OpenReport report;
  ASSERT_TRUE(open_ledger(folder_, Ledger::Mode::append, {}, &report));
  EXPECT_GT(report.torn_bytes, 100u);
  EXPECT_EQ(report.torn_file.filename(), "ledger.torn-3");
}

TEST_F(LedgerCrashTest, KilledAtRandomMomentsNothingIsLostOrDoubled) {
  Random random(11);
  for (int round = 0; round < 12; ++round) {
    Fd output;
    RunningProcess writer = start("", fmt::format("r{}", round), 4, 100'000, output);
    std::string said;
    const std::size_t enough = 1 + random.below(20'000);
    char piece[512];
    while (said.size() < enough) {
      const ssize_t got = ::read(output.get(), piece, sizeof piece);
      ASSERT_GT(got, 0);
      said.append(piece, static_cast<std::size_t>(got));
    }
    writer.send_signal(SIGKILL);
    said += *read_all(output.get(), 1 << 24);
    EXPECT_EQ(writer.wait().signal_number, SIGKILL);
    collect(said);
    expect_nothing_lost(fmt::format("round {}", round));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace leanlab::store

// What the store's tests share: a clock that tests set, and short ways to make and read ledgers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "store/ledger.h"

namespace leanlab::store {

/// A clock that stands where a test puts it.
class TestClock final : public Clock {
 public:
  UtcTime now() const override { return now_; }
  SteadyTime steady() const override { return SteadyTime{}; }
  void set(UtcTime now) { now_ = now; }

 private:
  UtcTime now_{std::chrono::milliseconds(1'700'000'000'123)};
};

/// The error's text for a failed expectation.
template <class T>
std::string why(const Result<T>& result) {
  return result ? "ok" : one_line(result.error()) + " at " + result.error().where;
}

inline Result<std::unique_ptr<Ledger>> open_ledger(const fs::path& folder,
                                                   Ledger::Mode mode = Ledger::Mode::append,
                                                   const Head& known = {}, OpenReport* report = nullptr) {
  return Ledger::open(folder, mode, known, system_clock(), report);
}

/// All records behind `from`.
inline std::vector<Record> all_records(const Ledger& ledger, const Head& from = {}) {
  std::vector<Record> records;
  const Status status = ledger.scan(from, [&](const Record& record) {
    records.push_back(record);
    return Status();
  });
  EXPECT_TRUE(status) << why(status);
  return records;
}

/// A ledger in `folder` with `count` records behind its first; returns its head.
inline Head make_ledger(const fs::path& folder, int count) {
  auto ledger = open_ledger(folder);
  EXPECT_TRUE(ledger) << why(ledger);
  for (int n = 0; n < count; ++n) {
    const auto record =
        (*ledger)->append("judged", Json{{"n", n}, {"notes", "größer {\"a\\b\"}"}, {"value", 0.5 * n}});
    EXPECT_TRUE(record) << why(record);
  }
  return (*ledger)->head();
}

class LedgerTest : public testing::Test {
 protected:
  TempDirectory temp_ = *TempDirectory::make();
  fs::path folder_ = temp_.path() / "a läb";
  fs::path file_ = folder_ / k_ledger_file;
  std::string bytes() const { return *read_file(file_); }
  void write_bytes(std::string_view data) const { ASSERT_TRUE(write_file(file_, data)); }
};

}  // namespace leanlab::store

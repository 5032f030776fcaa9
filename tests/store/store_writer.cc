// A process of the store's crash and stress tests; it works until it is done or killed, and says on stdout what it was
// told to be committed.
//   store_writer ledger FOLDER NAME THREADS EACH   appends records; "<id> <seq> <hash>"
//   store_writer blob FOLDER CONTENT               puts one blob
//   store_writer db-write FILE TENTHS              counts up and adds rows; "<count>"
//   store_writer db-checkpoint FILE TENTHS         checkpoints again and again
//   store_writer db-read FILE TENTHS               checks in snapshots that rows and counter agree
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/ledger.h"

namespace leanlab::store {
namespace {

constexpr const char* k_schema =
    "CREATE TABLE counter (n INTEGER NOT NULL); INSERT INTO counter VALUES (0);"
    "CREATE TABLE rows (number INTEGER PRIMARY KEY, padding TEXT); CREATE INDEX by_padding ON rows "
    "(padding);";

Status append_records(const std::vector<std::string>& words) {
  TRY_ASSIGN(const auto ledger, Ledger::open(words[0], Ledger::Mode::append, {}, system_clock()));
  std::vector<std::jthread> threads;
  for (int t = 0; t < std::atoi(words[2].c_str()); ++t) {
    threads.emplace_back([&, t] {
      for (int n = 0; n < std::atoi(words[3].c_str()); ++n) {
        const std::string id = fmt::format("{}-{}-{}", words[1], t, n);
        const auto record = ledger->append("judged", Json{{"id", id}, {"padding", std::string(300, 'p')}});
        // One write, so that lines of several threads do not mix.
        if (!record || !write_all(1, fmt::format("{} {} {}\n", id, record->seq, record->hash))) std::_Exit(1);
      }
    });
  }
  return {};
}

Status count_up(const Database& database) {
  std::int64_t n = 0;
  TRY(database.transaction([&]() -> Status {
    TRY(database.execute("UPDATE counter SET n = n + 1"));
    {
      TRY_ASSIGN(auto counter, database.prepare("SELECT n FROM counter"));
      TRY_ASSIGN(const bool found, counter.step());
      INVARIANT(found);
      n = counter.integer(0);
    }
    TRY_ASSIGN(auto insert, database.prepare("INSERT INTO rows VALUES (?, ?)"));
    return insert.bind(1, n).bind(2, std::string(static_cast<std::size_t>(n % 7) * 900, 'a')).run();
  }));
  return write_all(1, fmt::format("{}\n", n));
}

Status check_snapshot(const Database& database) {
  return database.snapshot([&]() -> Status {
    TRY_ASSIGN(auto totals,
               database.prepare(
                   "SELECT (SELECT n FROM counter), (SELECT count(*) FROM rows), (SELECT count(*) FROM rows "
                   "INDEXED BY by_padding WHERE padding >= '')"));
    TRY_ASSIGN(const bool found, totals.step());
    if (!found || totals.integer(0) != totals.integer(1) || totals.integer(1) != totals.integer(2)) {
      return fail(ErrorCode::integrity, "counter {}, rows {}, index {}", totals.integer(0), totals.integer(1),
                  totals.integer(2));
    }
    return {};
  });
}

Status work_on_database(const std::string& role, const std::vector<std::string>& words) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(100 * std::atoi(words[1].c_str()));
  const auto mode = role == "db-read" ? Database::Mode::read_only : Database::Mode::read_write;
  auto database = Database::open(words[0], mode, k_schema, 1);
  // The first writer may not have made it yet.
  while (!database && database.error().code == ErrorCode::not_found &&
         std::chrono::steady_clock::now() < end) {
    database = Database::open(words[0], mode, k_schema, 1);
  }
  if (!database) return fail(std::move(database.error()));
  while (std::chrono::steady_clock::now() < end) {
    if (role == "db-write") TRY(count_up(**database));
    if (role == "db-read") TRY(check_snapshot(**database));
    if (role == "db-checkpoint") TRY((*database)->checkpoint());
    if (role == "db-checkpoint") TRY(write_all(1, "checkpoint\n"));
  }
  return {};
}

Status work(const std::string& role, const std::vector<std::string>& words) {
  if (role == "ledger" && words.size() == 4) return append_records(words);
  if (role == "blob" && words.size() == 2) {
    TRY(Blobs(words[0]).put(words[1]));
    return {};
  }
  if (role.starts_with("db-") && words.size() == 2) return work_on_database(role, words);
  return fail(ErrorCode::usage, "unknown role {}", role);
}

}  // namespace
}  // namespace leanlab::store

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto done = leanlab::store::work(argv[1], std::vector<std::string>(argv + 2, argv + argc));
  if (done) return 0;
  static_cast<void>(leanlab::write_all(1, leanlab::one_line(done.error()) + "\n"));
  return 1;
}

// What the store costs: appending next to a bare write with fdatasync, opening and scanning large ledgers next to a bare
// SHA-256 of the same file, blobs, a database transaction. Usage: store_bench [FOLDER] [RECORDS]
#include <cstdlib>
#include <string>
#include <thread>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/fd.h"
#include "base/fs.h"
#include "base/hash.h"
#include "samples.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/ledger.h"
#include "store/ledger_line.h"

namespace leanlab::bench {
namespace {

using store::Head;
using store::Ledger;

constexpr int k_threads = 16;

// About what a judged experiment writes.
Json typical_body(int n) {
  return Json{{"number", n},
              {"file", "experiments/tile_32.cc"},
              {"sha256", std::string(64, 'a')},
              {"value", 0.125 * n},
              {"metrics", Json{{"gflops", 0.125 * n}, {"seconds", 3.5}}},
              {"level", "in-process"},
              {"tier", "C"},
              {"notes", "tiles of 32, inner loop unrolled by four"}};
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "store_bench: {}\n", one_line(result.error()));
  std::exit(1);
}
void must(const Status& status) {
  if (status) return;
  fmt::print(stderr, "store_bench: {}\n", one_line(status.error()));
  std::exit(1);
}

std::unique_ptr<Ledger> open_ledger(const fs::path& folder, Ledger::Mode mode = Ledger::Mode::append,
                                    const Head& known = {}) {
  return must(Ledger::open(folder, mode, known, system_clock()));
}

void bench_append(Table& table, const fs::path& folder) {
  auto ledger = open_ledger(folder / "append");
  const std::string line = must(ledger->append("judged", typical_body(0))).text;
  const Fd bare = must(open_file(folder / "bare", O_WRONLY | O_CREAT | O_APPEND));
  Samples anchor;
  Samples alone;
  for (int n = 0; n < 500; ++n) {  // in turns, so that a slow moment of the disk hits both
    anchor.add(microseconds([&] {
      must(write_all(bare.get(), line));
      if (::fdatasync(bare.get()) != 0) std::exit(1);
    }));
    alone.add(microseconds([&] { static_cast<void>(must(ledger->append("judged", typical_body(n)))); }));
  }
  table.row("bare write and fdatasync of one line", anchor);
  table.row("append, alone", alone, &anchor, "bare");
  Samples each;
  Samples share;
  std::mutex mutex;
  for (int round = 0; round < 10; ++round) {
    constexpr int k_each = 50;
    const double wall = microseconds([&] {
      std::vector<std::jthread> threads;
      for (int t = 0; t < k_threads; ++t) {
        threads.emplace_back([&] {
          for (int n = 0; n < k_each; ++n) {
            const double us =
                microseconds([&] { static_cast<void>(must(ledger->append("judged", typical_body(n)))); });
            const std::lock_guard hold(mutex);
            each.add(us);
          }
        });
      }
    });
    share.add(wall / (k_threads * k_each));
  }
  table.row(fmt::format("append, {} threads: what one waits", k_threads), each, &anchor, "bare");
  table.row(fmt::format("append, {} threads: wall time for each record", k_threads), share, &anchor, "bare");
}

// A ledger of `count` records, written without a flush for each.
Head make_ledger(const fs::path& folder, int count) {
  Head head = open_ledger(folder)->head();
  const Fd fd = must(open_file(folder / store::k_ledger_file, O_WRONLY | O_APPEND));
  std::string lines;
  for (int n = 0; n < count; ++n) {
    const std::string line = store::make_line(head.seq + 1, head.hash, "2026-11-23T09:22:00.123Z", "judged",
                                              to_line(typical_body(n)));
    head = Head{head.seq + 1, head.offset + line.size(), line.substr(0, store::k_hash_digits)};
    lines += line;
    if (lines.size() > (1 << 20) || n + 1 == count) {
      must(write_all(fd.get(), lines));
      lines.clear();
    }
  }
  return head;
}

void bench_open(Table& table, const fs::path& folder, int records) {
  Samples anchor;
  for (const int count : {0, records / 10, records}) {
    const fs::path ledger = folder / fmt::format("records-{}", count);
    const Head head = make_ledger(ledger, count);
    Samples open;
    for (int n = 0; n < 50; ++n)
      open.add(microseconds([&] { open_ledger(ledger, Ledger::Mode::append, head); }));
    if (count == 0) anchor = open;
    table.row(fmt::format("open behind a known head, {} records", count), open, &anchor, "empty");
  }
}

void bench_scan(Table& table, const fs::path& folder, int records) {
  const fs::path file = folder / fmt::format("records-{}", records) / store::k_ledger_file;
  Samples anchor;
  Samples scan;
  for (int n = 0; n < 5; ++n) {
    anchor.add(microseconds([&] { static_cast<void>(must(sha256_file(file))); }));
    scan.add(microseconds([&] { static_cast<void>(must(store::verify_ledger(file.parent_path()))); }));
  }
  const double megabytes = static_cast<double>(fs::file_size(file)) / 1e6;
  table.row(fmt::format("sha256 of that file ({:.0f} MB)", megabytes), anchor);
  table.row(fmt::format("verify {} records ({:.0f} MB/s, {:.0f} thousand records/s)", records,
                        megabytes / scan.median() * 1e6, records / scan.median() * 1e3),
            scan, &anchor, "sha256");
}

void bench_blobs_and_database(Table& table, const fs::path& folder) {
  const store::Blobs blobs(folder / "blobs");
  auto database =
      must(store::Database::open(folder / "book.db", store::Database::Mode::read_write,
                                 "CREATE TABLE rows (n INTEGER PRIMARY KEY, value REAL, text TEXT);", 1));
  Samples anchor;
  Samples put;
  Samples again;
  Samples transaction;
  for (int n = 0; n < 200; ++n) {
    const std::string data = fmt::format("{:04096}", n);
    anchor.add(microseconds(
        [&] { must(write_file(folder / fmt::format("file-{}", n), data, Durability::fsynced)); }));
    put.add(microseconds([&] { static_cast<void>(must(blobs.put(data))); }));
    again.add(microseconds([&] { static_cast<void>(must(blobs.put(data))); }));
    transaction.add(microseconds([&] {
      must(database->transaction([&]() -> Status {
        TRY_ASSIGN(auto insert, database->prepare("INSERT INTO rows VALUES (?, ?, ?)"));
        return insert.bind(1, std::int64_t{n})
            .bind(2, 0.5 * n)
            .bind(3, std::string_view(data).substr(0, 200))
            .run();
      }));
    }));
  }
  table.row("bare file of 4 KiB, flushed and renamed, folder flushed", anchor);
  table.row("put a blob of 4 KiB", put, &anchor, "bare");
  table.row("put the same blob again", again, &anchor, "bare");
  table.row("database transaction of one row", transaction, &anchor, "bare");
}

}  // namespace
}  // namespace leanlab::bench

int main(int argc, char** argv) {
  using namespace leanlab;
  const auto temp = bench::must(TempDirectory::make(argc > 1 ? argv[1] : "."));
  const int records = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
  bench::Table table;
  bench::bench_append(table, temp.path());
  bench::bench_open(table, temp.path(), records);
  bench::bench_scan(table, temp.path(), records);
  bench::bench_blobs_and_database(table, temp.path());
  return 0;
}

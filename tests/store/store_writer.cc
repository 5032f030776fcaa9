// Appends records to a ledger from several threads until it is done or killed, and says each acknowledged one on stdout:
// "<name> <seq> <hash>". Usage: store_writer FOLDER NAME THREADS EACH
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "store/ledger.h"

int main(int argc, char** argv) {
  using namespace leanlab;
  if (argc != 5) return 2;
  const std::string name = argv[2];
  auto ledger = store::Ledger::open(argv[1], store::Ledger::Mode::append, {}, system_clock());
  if (!ledger) {
    static_cast<void>(write_all(2, one_line(ledger.error()) + "\n"));
    return 1;
  }
  std::vector<std::jthread> threads;
  for (int t = 0; t < std::atoi(argv[3]); ++t) {
    threads.emplace_back([&, t] {
      for (int n = 0; n < std::atoi(argv[4]); ++n) {
        const std::string id = fmt::format("{}-{}-{}", name, t, n);
        const auto record = (*ledger)->append("judged", Json{{"id", id}, {"padding", std::string(300, 'p')}});
        if (!record) std::_Exit(1);
        // One write, so that lines of several threads do not mix.
        if (!write_all(1, fmt::format("{} {} {}\n", id, record->seq, record->hash))) std::_Exit(1);
      }
    });
  }
  threads.clear();
  return 0;
}

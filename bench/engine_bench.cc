// What the engine costs: its own time and memory for one experiment with books of 0, 100,000 and 1,000,000 records, whole runs
// next to the bare processes that they start, `list`, a thousand attempts at once, a restart after a kill.
// Usage: engine_bench [--folder DIR] [--records N] [--attempts N] [--leanlab PROGRAM]
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/fs.h"
#include "base/process.h"
#include "engine_labs.h"
#include "lab/book.h"
#include "lab/project.h"
#include "samples.h"
#include "store/blobs.h"
#include "store/ledger.h"

namespace leanlab::bench {
namespace {

constexpr std::chrono::minutes k_limit{10};

SpawnRequest request_for(std::vector<std::string> argv, const fs::path& cwd = {}) {
  SpawnRequest request;
  request.argv = std::move(argv);
  request.cwd = cwd;
  return request;
}

/// The largest memory that this process has had, bytes.
double peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) * 1024;
  return 0;
}

std::unique_ptr<lab::Book> open_book(const lab::Place& place, lab::Book::Mode mode = lab::Book::Mode::write) {
  const lab::Config config = must(lab::load_config(place.folder));
  return must(lab::Book::open(place, config, mode, system_clock()));
}

// ---- one process for each size, so that its memory is its own: prints open, append and peak for the parent

int measure_book(const fs::path& project, const std::string& name, int rounds) {
  const lab::Place place{name, project / ".leanlab" / name, project / ".leanlab/state/labs" / name};
  std::unique_ptr<lab::Book> book;
  const double opened = microseconds([&] { book = open_book(place); });
  Samples own;
  for (int n = 0; n < rounds; ++n) {
    own.add(microseconds([&] {
      lab::Proposal proposal;
      proposal.file = fmt::format("experiments/bench_{}_{}.txt", ::getpid(), n);
      proposal.sha256 = std::string(64, 'a');
      proposal.agent = "bench";
      lab::Experiment experiment = must(book->propose(proposal));
      experiment.value = 0.5;
      experiment.metrics = {{"score", 0.5}};
      static_cast<void>(must(book->record(experiment)));
      // What an attempt asks of the book besides.
      static_cast<void>(must(book->champion()));
      static_cast<void>(must(book->query({.limit = 5, .order = lab::Query::Order::best})));
      static_cast<void>(must(book->find_hash(std::string(64, 'b'))));
    }));
  }
  fmt::print("{} {} {} {} {}\n", opened, own.median(), own.quantile(0.1), own.quantile(0.9), peak_bytes());
  return 0;
}

struct Measured {
  double opened = 0, median = 0, low = 0, high = 0, peak = 0;
};

Measured measure_apart(const fs::path& project, const std::string& name, int rounds) {
  const auto output = must(run_program(
      request_for({executable_path().string(), "--measure", project.string(), name, std::to_string(rounds)}),
      k_limit));
  Measured found;
  if (std::sscanf(output.out.c_str(), "%lf %lf %lf %lf %lf", &found.opened, &found.median, &found.low,
                  &found.high, &found.peak) != 5) {
    fmt::print(stderr, "engine_bench: the measuring process said: {}{}\n", output.out, output.err);
    std::exit(1);
  }
  return found;
}

std::string milliseconds(double us) {
  return fmt::format("{:.3g} ms", us / 1000);
}
std::string megabytes(double bytes) {
  return fmt::format("{:.0f} MB", bytes / 1e6);
}

class Bench {
 public:
  Bench(fs::path folder, std::string program, std::uint64_t records, std::uint64_t attempts)
      : project_(std::move(folder)), program_(std::move(program)), records_(records), attempts_(attempts) {}

  void run() {
    books();
    whole_runs();
    lists();
    restart();
    large_book();
    side_by_side();
    many_attempts();
  }

 private:
  std::string name_of(std::uint64_t records) const { return fmt::format("book{}", records); }

  ProgramOutput leanlab(std::vector<std::string> arguments, const char* crash_at = nullptr) {
    arguments.insert(arguments.begin(), {program_, "-C", project_.string()});
    SpawnRequest request = request_for(arguments);
    std::vector<std::pair<std::string, std::string>> environment{
        {"PATH", std::getenv("PATH")}, {"HOME", (project_ / "home").string()}, {"CI", "1"}};
    if (crash_at != nullptr) environment.emplace_back("LEANLAB_CRASH_AT", crash_at);
    request.env = std::move(environment);
    return must(run_program(request, k_limit));
  }

  void books() {
    fmt::print(
        "| a book with | records and what an attempt asks, median | 10 % to 90 % | to an empty book | "
        "opening | peak memory "
        "|\n|---|---:|---:|---:|---:|---:|\n");
    std::vector<std::uint64_t> sizes{0, records_ / 10, records_};
    double empty = 0;
    for (const std::uint64_t size : sizes) {
      const lab::Place place = make_lab(project_, name_of(size));
      must(make_directories(place.state));
      fill_ledger(place, size);
      const double rebuilt = microseconds([&] { open_book(place); });
      const Measured found = measure_apart(project_, place.name, 100);
      if (size == 0) empty = found.median;
      fmt::print("| {} records | {} | {} to {} | {:.2f} | {} (from nothing {:.1f} s) | {} |\n", size,
                 milliseconds(found.median), milliseconds(found.low), milliseconds(found.high),
                 found.median / empty, milliseconds(found.opened), rebuilt / 1e6, megabytes(found.peak));
      std::fflush(stdout);
    }
    Samples bare;
    const Fd fd = must(open_file(project_ / "bare", O_WRONLY | O_CREAT | O_APPEND));
    for (int n = 0; n < 100; ++n) {
      bare.add(microseconds([&] {
        for (int i = 0; i < 2; ++i) {
          must(write_all(fd.get(), std::string(800, 'x')));
          if (::fdatasync(fd.get()) != 0) std::exit(1);
        }
      }));
    }
    fmt::print("| two bare writes of 800 bytes, each with fdatasync | {} | {} to {} | {:.2f} | | |\n\n",
               milliseconds(bare.median()), milliseconds(bare.quantile(0.1)),
               milliseconds(bare.quantile(0.9)), bare.median() / empty);
  }

  // The two programs that one experiment starts, without us.
  double bare_pair(const lab::Place& place) {
    Samples samples;
    for (int n = 0; n < 30; ++n) {
      samples.add(microseconds([&] {
        SpawnRequest propose = request_for({(place.folder / "propose.sh").string()}, place.folder);
        propose.env = {{{"PATH", std::getenv("PATH")}, {"LEANLAB_EXPERIMENT", "/dev/null"}}};
        static_cast<void>(must(run_program(propose, k_limit)));
        static_cast<void>(must(run_program(
            request_for({"sh", "evaluation.sh", "experiments/sample.txt"}, place.folder), k_limit)));
      }));
    }
    return samples.median();
  }

  void whole_runs() {
    fmt::print(
        "| a whole experiment of `run`: agent and evaluator are shell scripts that do nothing | time | to "
        "the bare programs "
        "|\n|---|---:|---:|\n");
    constexpr int k_long = 60, k_short = 10;
    double bare = 0;
    for (const std::uint64_t size : {std::uint64_t{0}, records_}) {
      const lab::Place place{name_of(size), project_ / ".leanlab" / name_of(size), {}};
      if (bare == 0) {
        bare = bare_pair(place);
        fmt::print("| the two programs, spawned bare | {} | 1 |\n", milliseconds(bare));
      }
      const auto time_of = [&](int n) {
        return microseconds([&] {
          const auto done = leanlab({"run", place.name, "--n", std::to_string(n), "--skip-checks", "--quiet",
                                     "--agent", "command:./propose.sh"});
          if (!done.status.ok()) must(fail(ErrorCode::internal, "run: {}{}", done.out, done.err));
        });
      };
      // Start and end of the program cancel out.
      const double few = std::min(time_of(k_short), time_of(k_short));
      const double each = (time_of(k_long) - few) / (k_long - k_short);
      fmt::print("| with {} records | {} | {:.2f} |\n", size, milliseconds(each), each / bare);
      std::fflush(stdout);
    }
    fmt::print("\n");
  }

  void lists() {
    Samples nothing, list;
    for (int n = 0; n < 30; ++n) {
      nothing.add(microseconds([&] { leanlab({"--version"}); }));
      list.add(microseconds([&] { leanlab({"list"}); }));
    }
    Table table;
    table.row("leanlab --version", nothing);
    table.row(fmt::format("leanlab list, three labs of up to {} records", records_), list, &nothing,
              "--version");
    fmt::print("\n");
  }

  void restart() {
    const std::string name = name_of(records_);
    leanlab({"run", name, "--n", "5", "--skip-checks", "--agent", "command:./propose.sh"}, "loop.taken_in:2");
    ProgramOutput done;
    const double took = microseconds([&] {
      done =
          leanlab({"run", name, "--resume", "--n", "1", "--skip-checks", "--agent", "command:./propose.sh"});
    });
    fmt::print(
        "Killed with `kill -9` in a run with {} records: `run --resume` had judged all that was left after "
        "{}, exit {}.\n\n",
        records_, milliseconds(took), done.status.exit_status);
  }

  void tell_work(const std::string& what, const ProgramOutput& done, double took, std::uint64_t records) {
    fmt::print("| {} | {:.1f} s | {:.0f} us | {} |{}\n", what, took / 1e6,
               took / static_cast<double>(records), megabytes(static_cast<double>(done.status.max_rss_bytes)),
               done.status.ok() ? "" : fmt::format(" exit {}", done.status.exit_status));
    std::fflush(stdout);
  }

  // What reads a whole book.
  void large_book() {
    fmt::print("| work on a whole book | time | for each record | memory |\n|---|---:|---:|---:|\n");
    ProgramOutput done;
    double took = microseconds([&] { done = leanlab({"rebuild", name_of(records_)}); });
    tell_work(fmt::format("`rebuild`, {} records", records_), done, took, records_);
    const lab::Place checked = make_lab(project_, "checked");
    must(make_directories(checked.state));
    const std::string blob = must(store::Blobs(checked.state / "blobs").put("x = 0\n"));
    fill_ledger(checked, records_ / 2, blob);
    took = microseconds([&] { done = leanlab({"rebuild", "checked"}); });
    took = microseconds([&] { done = leanlab({"verify", "checked", "--json"}); });
    tell_work(fmt::format("`verify`, {} records, a stored copy of each", records_ / 2), done, took,
              records_ / 2);
    const lab::Place imported = make_lab(project_, "imported");
    std::string rows;
    for (std::uint64_t n = 1; n <= records_; ++n)
      rows += fmt::format(
          R"({{"tag": "jun21", "experiment_file": "experiments/e{}.py", "score": {}, "train_secs": 1.5, )"
          R"("best_so_far": false, "notes": "try number {}", "ts": "2026-06-21T10:00:00+02:00"}})"
          "\n",
          n, static_cast<double>(n % 1000) / 1000, n);
    must(write_file(imported.folder / "results.jsonl", rows));
    took = microseconds([&] { done = leanlab({"list"}); });
    tell_work(fmt::format("`list` of {} rows of 0.2.1 that are not imported yet", records_), done, took,
              records_);
    took = microseconds([&] { done = leanlab({"rebuild", "imported"}); });
    tell_work(fmt::format("import of {} rows of 0.2.1", records_), done, took, records_);
    fmt::print("\n");
  }

  void side_by_side() {
    const lab::Place place = make_lab(project_, "sleepers");
    must(write_file(place.folder / "evaluation.sh",
                    "[ -f \"$1\" ] || exit 2\nsleep 1\necho '{\"score\": 1}'\n"));
    ProgramOutput done;
    const double took = microseconds([&] {
      done = leanlab({"run", place.name, "--n", "64", "--parallel", "16", "--skip-checks", "--quiet",
                      "--agent", "command:./propose.sh"});
    });
    fmt::print(
        "64 experiments, 16 at once, on an evaluator that sleeps for 1 s: {:.2f} s where 4 s is the least, "
        "exit {}.\n\n",
        took / 1e6, done.status.exit_status);
  }

  void many_attempts() {
    const lab::Place place = make_lab(project_, "crowd");
    ProgramOutput done;
    const double took = microseconds([&] {
      done = leanlab({"run", place.name, "--n", std::to_string(attempts_), "--parallel",
                      std::to_string(attempts_), "--skip-checks", "--quiet", "--agent", "command:./wait.sh"});
    });
    fmt::print(
        "{} attempts at once, each agent sleeping 10 s: all judged after {:.1f} s, the engine's memory at "
        "most {}, {:.1f} s of "
        "processor time with all children, exit {}.\n",
        attempts_, took / 1e6, megabytes(static_cast<double>(done.status.max_rss_bytes)),
        static_cast<double>(done.status.cpu.count()) / 1e6, done.status.exit_status);
  }

  const fs::path project_;
  const std::string program_;
  const std::uint64_t records_, attempts_;
};

}  // namespace
}  // namespace leanlab::bench

int main(int argc, char** argv) {
  using namespace leanlab;
  if (argc == 5 && std::strcmp(argv[1], "--measure") == 0)
    return bench::measure_book(argv[2], argv[3], std::atoi(argv[4]));
  fs::path folder = fs::temp_directory_path();
  fs::path program = executable_path().parent_path().parent_path() / "src/cli/leanlab";
  std::uint64_t records = 1'000'000, attempts = 1000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--folder") folder = argv[i + 1];
    if (option == "--leanlab") program = argv[i + 1];
    if (option == "--records") records = std::strtoull(argv[i + 1], nullptr, 10);
    if (option == "--attempts") attempts = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const auto temporary = bench::must(TempDirectory::make(folder));
  ::setenv("XDG_STATE_HOME", (temporary.path() / "home/.local/state").c_str(), 1);
  ::setenv("XDG_CONFIG_HOME", (temporary.path() / "home/.config").c_str(), 1);
  bench::Bench(temporary.path(), program.string(), records, attempts).run();
  return 0;
}

// The book over a real ledger: numbers and verdicts in the ledger's order, restarts, a full disk.
#include "lab/book.h"

#include <cerrno>
#include <cstring>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/mount.h>

#include "base/fs.h"
#include "store/ledger.h"

namespace leanlab::lab {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class BookTest : public testing::Test {
 protected:
  void SetUp() override { use(folder_->path()); }
  void TearDown() override {
    if (!disk_.empty()) ::umount2(disk_.c_str(), MNT_DETACH);
  }
  void use(const fs::path& root) {
    place_ = {"mein Labor", root / ".leanlab/mein Labor", root / ".leanlab/state/labs/mein Labor"};
    ASSERT_TRUE(make_directories(place_.folder));
    config_ = *parse_config(R"({"objective": {"metric": "score"}, "eval_cmd": "true {file}"})", "lab.json");
  }
  // A small disk of our own for the lab. Returns why there is none.
  std::string use_small_disk() {
    disk_ = folder_->path() / "disk";
    EXPECT_TRUE(make_directories(disk_));
    if (::unshare(CLONE_NEWNS) != 0) return fmt::format("no mount namespace here: {}", std::strerror(errno));
    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (::mount("none", disk_.c_str(), "tmpfs", 0, "size=1m") != 0) {
      return fmt::format("cannot mount a tmpfs: {}", std::strerror(errno));
    }
    use(disk_);
    return "";
  }
  std::unique_ptr<Book> open(Book::Mode mode = Book::Mode::write, BookReport* report = nullptr) {
    auto book = Book::open(place_, config_, mode, system_clock(), report);
    EXPECT_TRUE(book) << one_line(book.error());
    return book ? std::move(*book) : nullptr;
  }
  static Proposal proposal(const Book& book, const std::string& file) {
    Proposal made;
    made.file = "experiments/" + file;
    made.sha256 = *book.blobs().put("content of " + file);
    made.agent = "tuner";
    return made;
  }
  // Proposes and judges one.
  static Result<Experiment> judge(Book& book, const std::string& file, double value) {
    TRY_ASSIGN(Experiment experiment, book.propose(proposal(book, file)));
    experiment.value = value;
    experiment.metrics = {{"score", value}};
    return book.record(std::move(experiment));
  }
  std::vector<std::string> rows() const {
    std::vector<std::string> lines;
    std::istringstream text(*read_file(place_.folder / "results.jsonl"));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  void expect_sound() {
    const auto report = verify_book(place_, config_, system_clock());
    ASSERT_TRUE(report) << one_line(report.error());
    for (const VerifyProblem& problem : report->problems)
      ADD_FAILURE() << problem.seq << ": " << problem.what;
  }

  std::optional<TempDirectory> folder_ = *TempDirectory::make();
  fs::path disk_;
  Place place_;
  Config config_;
};

TEST_F(BookTest, VerdictsAndBestFollowTheOrderOfTheLedger) {
  auto book = open();
  const double values[] = {1.0, 3.0, 2.0, 3.0, 4.0};
  const Verdict verdicts[] = {Verdict::accepted, Verdict::accepted, Verdict::rejected, Verdict::rejected,
                              Verdict::accepted};
  for (std::size_t n = 0; n < 5; ++n) {
    const auto judged = judge(*book, fmt::format("e{}.py", n), values[n]);
    ASSERT_TRUE(judged) << one_line(judged.error());
    EXPECT_EQ(judged->number, n + 1);
    EXPECT_EQ(judged->verdict, verdicts[n]) << n;
  }
  EXPECT_EQ(book->count(), 5u);
  EXPECT_EQ(book->best(), 4.0);
  EXPECT_EQ((*book->champion())->number, 5u);
  EXPECT_EQ(*book->best_history(3), (std::vector<double>{3.0, 3.0, 4.0}));
  EXPECT_EQ(rows().size(), 5u);
  book.reset();
  expect_sound();
}

TEST_F(BookTest, RowsAsPythonWritesThemAreImportedOnceAndKeepTheirMeaning) {
  const std::string text =
      "{\"experiment_file\": \"experiments/a.py\", \"score\": 0.5, \"r2\": NaN, \"gap\": -Infinity, "
      "\"best_so_far\": true}\r\n"
      "\n"
      "{\"experiment_file\": \"experiments/b.py\", \"score\": NaN, \"best_so_far\": false, \"notes\": \"half "
      "\\ud800\"}\n"
      "{\"experiment_file\": \"experiments/c.py\", \"score\": 0.1, \"score\": 0.75, \"best_so_far\": true}\n"
      "{\"experiment_file\": \"experiments/d.py\", \"score\": 0.6, \"notes\": \"no UTF-8: \xff\"}\n"
      "somebody's note\n"
      "{\"experiment_file\": \"experiments/e.py\", \"score\": 0.7, \"seconds\": Infinity}";
  ASSERT_TRUE(write_file(place_.folder / "results.jsonl", text));
  for (const Book::Mode mode :
       {Book::Mode::read_only, Book::Mode::write, Book::Mode::write, Book::Mode::read_only}) {
    BookReport report;
    const auto book = open(mode, &report);
    EXPECT_EQ(book->count(), 5u);
    EXPECT_EQ(book->best(), 0.75);
    EXPECT_EQ((*book->find(1))->metrics.size(), 1u) << "what is no number is dropped";
    EXPECT_EQ((*book->find(2))->verdict, Verdict::invalid);
    EXPECT_EQ((*book->find(5))->value, 0.7) << "the last line has no newline";
    EXPECT_EQ(book->best_history(9)->back(), 0.75);
  }
  EXPECT_EQ(rows().size(), 7u) << "nothing was added or lost";
  ASSERT_TRUE(remove_tree(place_.folder / "results.jsonl"));
  EXPECT_EQ(open()->count(), 5u);
  EXPECT_EQ(open()->count(), 5u);
  EXPECT_EQ(rows().size(), 6u) << "the empty line is gone";
  expect_sound();
}

TEST_F(BookTest, ManyJudgeAtOnce) {
  constexpr std::size_t k_threads = 16;
  auto book = open();
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < k_threads; ++t) {
      threads.emplace_back([&, t] {
        for (int n = 0; n < 5; ++n) {
          const auto judged =
              judge(*book, fmt::format("e{}-{}.py", t, n), static_cast<double>((t * 7 + 3) % 16));
          EXPECT_TRUE(judged) << one_line(judged.error());
        }
      });
    }
  }
  EXPECT_EQ(book->count(), k_threads * 5);
  const auto all = *book->query({0, 1000, Query::Order::number});
  ASSERT_EQ(all.size(), k_threads * 5);
  // Accepted exactly when better than everything that was judged before, in the ledger's order.
  std::vector<Experiment> order = all;
  std::ranges::sort(order, {}, &Experiment::seq);
  std::optional<double> best;
  for (const Experiment& experiment : order) {
    const bool better = !best || *experiment.value > *best;
    EXPECT_EQ(experiment.verdict == Verdict::accepted, better) << experiment.id();
    if (better) best = experiment.value;
  }
  book.reset();
  expect_sound();
}

TEST_F(BookTest, DatabaseAndRowsAreMadeAnewFromTheLedger) {
  {
    auto book = open();
    for (int n = 0; n < 20; ++n) ASSERT_TRUE(judge(*book, fmt::format("e{}.py", n), n % 7));
    ASSERT_TRUE(book->propose(proposal(*book, "pending.py")));
    ASSERT_TRUE(book->record_refusal({"experiments/link.py", "a link"}, "tuner"));
  }
  const auto before = rows();
  for (const char* lost : {"book.db", "results.jsonl", "both"}) {
    const bool both = std::string(lost) == "both";
    if (both || std::string(lost) == "book.db") {
      for (const char* suffix : {"", "-wal", "-shm"}) {
        ASSERT_TRUE(remove_tree(place_.state / (std::string("book.db") + suffix)));
      }
    }
    if (both || std::string(lost) == "results.jsonl") {
      ASSERT_TRUE(remove_tree(place_.folder / "results.jsonl"));
    }
    BookReport report;
    auto book = open(Book::Mode::write, &report);
    ASSERT_TRUE(book);
    EXPECT_EQ(report.imported, 0u) << lost;
    EXPECT_EQ(book->count(), 20u) << lost;
    EXPECT_EQ(book->best(), 6.0) << lost;
    EXPECT_EQ(book->pending()->size(), 1u) << lost;
    EXPECT_EQ(book->refusals(10)->size(), 1u) << lost;
    EXPECT_EQ(rows(), before) << lost;
    book.reset();
    expect_sound();
  }
}

TEST_F(BookTest, FullDiskTakesBackWhatARecordDecided) {
  const std::string no_disk = use_small_disk();
  if (!no_disk.empty()) GTEST_SKIP() << no_disk;
  auto book = open();
  ASSERT_TRUE(judge(*book, "first.py", 1.0));
  auto better = book->propose(proposal(*book, "better.py"));
  ASSERT_TRUE(better);
  better->value = 2.0;
  better->notes = std::string(9000, 'n');
  for (int i = 0; write_file(disk_ / fmt::format("ballast{}", i), std::string(4096, 'b')); ++i) {
  }
  const auto refused = book->record(*better);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::no_space) << one_line(refused.error());
  Proposal large = proposal(*book, "first.py");
  large.notes = std::string(9000, 'n');
  EXPECT_FALSE(book->propose(large));
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(remove_tree(disk_ / fmt::format("ballast{}", i)));
  const auto again = book->record(*better);
  ASSERT_TRUE(again) << one_line(again.error());
  EXPECT_EQ(again->verdict, Verdict::accepted)
      << "the refused record must not count as a best that was reached";
  EXPECT_EQ(book->best(), 2.0);
  EXPECT_EQ(book->propose(proposal(*book, "first.py"))->number, 3u) << "no number is skipped";
  book.reset();
  expect_sound();
}

TEST_F(BookTest, FlippedBitInTheLedgerStopsTheBookAndIsNamed) {
  {
    auto book = open();
    for (int n = 0; n < 3; ++n) ASSERT_TRUE(judge(*book, fmt::format("e{}.py", n), n));
  }
  const fs::path file = place_.state / store::k_ledger_file;
  std::string bytes = *read_file(file);
  bytes[bytes.size() / 2] ^= 2;
  ASSERT_TRUE(write_file(file, bytes));
  const auto report = verify_book(place_, config_, system_clock());
  ASSERT_TRUE(report);
  ASSERT_FALSE(report->problems.empty());
  EXPECT_GT(report->problems[0].seq, 1u);
  EXPECT_THAT(report->problems[0].what, HasSubstr("hash"));
}

}  // namespace
}  // namespace leanlab::lab

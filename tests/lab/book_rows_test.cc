// The book of a lab without state answers as if all its rows were held in memory, however many blocks they fill.
#include "lab/book_rows.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/strings.h"
#include "lab/results_file.h"

namespace leanlab::lab {
namespace {

// The plain way: each line imported, one after the other.
struct PlainBook {
  std::vector<Experiment> rows;
  std::optional<double> best;

  PlainBook(const std::string& text, const Place& place, const Objective& objective) {
    for (const std::string_view line : split_lines(text)) {
      auto row = import_row(repair_utf8(trim(line)), place.name, objective);
      if (!row) continue;
      row->number = rows.size() + 1;
      if (row->verdict == Verdict::pending) {
        const bool better = !best || objective.better(*row->value, *best);
        row->verdict = better ? Verdict::accepted : Verdict::rejected;
        if (better) best = row->value;
      }
      if (!row->best_so_far) row->best_so_far = best;
      rows.push_back(std::move(*row));
    }
  }

  std::vector<Experiment> query(const Query& query, const Objective& objective) const {
    std::vector<Experiment> found;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(found), [&](const Experiment& row) {
      return row.number > query.after && (query.order != Query::Order::best || row.value);
    });
    if (query.order == Query::Order::newest) std::reverse(found.begin(), found.end());
    if (query.order == Query::Order::best) {
      std::stable_sort(found.begin(), found.end(), [&](const Experiment& a, const Experiment& b) {
        return objective.better(*a.value, *b.value);
      });
    }
    if (found.size() > query.limit) found.resize(query.limit);
    return found;
  }
};

std::string as_text(const Experiment& experiment) {
  return experiment.id() + " " + to_line(to_record(experiment));
}

// The same experiments; of many, only some are compared in all that they are.
void expect_same(const std::vector<Experiment>& found, const std::vector<Experiment>& expected,
                 const std::string& question) {
  ASSERT_EQ(found.size(), expected.size()) << question;
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].number, expected[i].number) << question;
    ASSERT_EQ(found[i].verdict, expected[i].verdict) << question;
    ASSERT_EQ(found[i].best_so_far, expected[i].best_so_far) << question;
    if (i % 100 == 0) {
      ASSERT_EQ(as_text(found[i]), as_text(expected[i])) << question;
    }
  }
}

class BookRows : public testing::TestWithParam<Direction> {
 protected:
  void SetUp() override {
    place_ = {"lab", folder_.path() / "lab", folder_.path() / "state"};
    ASSERT_TRUE(make_directories(place_.folder));
    config_ = *parse_config(R"({"objective": {"metric": "score"}, "eval_cmd": "true {file}"})", "lab.json");
    config_.objective.direction = GetParam();
  }
  std::unique_ptr<Book> open() {
    auto book = Book::open(place_, config_, Book::Mode::read_only, system_clock());
    EXPECT_TRUE(book) << one_line(book.error());
    return book ? std::move(*book) : nullptr;
  }
  void write(const std::string& text) { ASSERT_TRUE(write_file(place_.folder / "results.jsonl", text)); }

  TempDirectory folder_ = *TempDirectory::make();
  Place place_;
  Config config_;
};

// Values rise, fall and repeat; some rows have none, some lines are no rows, some are as only the importer reads them.
std::string many_rows(std::size_t count) {
  std::string text;
  for (std::size_t n = 0; n < count; ++n) {
    if (n % 97 == 3) text += "somebody's note\n\n";
    const auto value = static_cast<double>((n * 7919) % 1301) * (n % 2000 < 700 ? 1.0 : -0.5);
    std::string score = n % 41 == 0 ? "NaN" : n % 13 == 0 ? "650" : fmt::format("{}", value);
    if (n % 53 == 0) score += fmt::format(", \"\\u0073core\": {}", n % 900);
    const std::string best = n % 17 == 0 ? ", \"best_so_far\": 12.5" : ", \"best_so_far\": false";
    text += fmt::format(
        "{{\"experiment_file\": \"experiments/e{}.py\", \"score\": {}{}, \"leanlab\": {{\"sha256\": "
        "\"{:x}\"}}}}\n",
        n % 3000, score, best, n % 2500);
  }
  return text;
}

TEST_P(BookRows, AnswersLikeTheWholeFileInMemory) {
  for (const std::size_t count : {0u, 1u, 1000u, 1001u, 2345u}) {
    const std::string text = many_rows(count);
    write(text);
    const auto book = open();
    const PlainBook plain(text, place_, config_.objective);
    ASSERT_EQ(plain.rows.size(), count);
    EXPECT_EQ(book->count(), count);
    EXPECT_EQ(book->last_number(), count);
    EXPECT_EQ(book->best(), plain.best);
    const auto champion = std::find_if(plain.rows.rbegin(), plain.rows.rend(), [](const Experiment& row) {
      return row.verdict == Verdict::accepted;
    });
    const auto found = *book->champion();
    ASSERT_EQ(found.has_value(), champion != plain.rows.rend());
    if (found) {
      EXPECT_EQ(as_text(*found), as_text(*champion));
    }
    for (const auto order : {Query::Order::number, Query::Order::newest, Query::Order::best}) {
      for (const std::uint64_t after : {0u, 999u, 1001u, 5000u}) {
        for (const std::uint64_t limit :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{70}, std::uint64_t{1200}, UINT64_MAX}) {
          const Query query{.after = after, .limit = limit, .order = order};
          expect_same(*book->query(query), plain.query(query, config_.objective),
                      fmt::format("{} rows, order {}, at most {} after {}", count, static_cast<int>(order),
                                  limit, after));
          if (HasFatalFailure()) return;
        }
      }
    }
    for (const std::size_t most : {0u, 1u, 12u, 1234u, 9999u}) {
      std::vector<double> history;
      for (const Experiment& row : plain.rows)
        if (row.best_so_far) history.push_back(*row.best_so_far);
      if (history.size() > most)
        history.erase(history.begin(), history.end() - static_cast<std::ptrdiff_t>(most));
      EXPECT_EQ(*book->best_history(most), history);
    }
  }
}

TEST_P(BookRows, FindsByNumberFileAndHash) {
  const std::string text = many_rows(4321);
  write(text);
  const auto book = open();
  const PlainBook plain(text, place_, config_.objective);
  for (const std::size_t number : {1u, 2u, 1000u, 1001u, 4321u})
    EXPECT_EQ(as_text(**book->find(number)), as_text(plain.rows[number - 1]));
  EXPECT_FALSE(*book->find(0));
  EXPECT_FALSE(*book->find(4322));
  EXPECT_EQ((*book->find_file("experiments/e5.py"))->number, 3006u) << "the last one of that name";
  EXPECT_EQ((*book->find_hash("5"))->number, 2506u);
  EXPECT_FALSE(*book->find_file("experiments/none.py"));
}

TEST_P(BookRows, WhatComesOrGoesWhileItIsOpenDoesNotChangeIt) {
  const std::string text = many_rows(1500);
  write(text);
  const fs::path file = place_.folder / "results.jsonl";
  const auto book = open();
  const std::string before = as_text(**book->champion());
  std::ofstream(file, std::ios::app) << "{\"score\": 1e9}\n{\"score\": -1e9}\n";
  EXPECT_EQ((*book->query({.limit = UINT64_MAX})).size(), 1500u);
  EXPECT_EQ(open()->count(), 1502u);
  fs::remove(file);
  EXPECT_EQ(as_text(**book->champion()), before);
  // Cut short in place, it has fewer rows than were counted: those are missing, and nothing else happens.
  write(text);
  const auto other = open();
  fs::resize_file(file, text.size() / 4);
  EXPECT_FALSE(*other->find(1500));
  EXPECT_LT((*other->query({.limit = UINT64_MAX, .order = Query::Order::best})).size(), 1500u);
}

TEST_P(BookRows, TheLastLineCountsWithoutItsNewlineWhenItIsWhole) {
  write(many_rows(1000) + R"({"score": 7})");
  EXPECT_EQ(open()->count(), 1001u);
  EXPECT_EQ((*open()->find(1001))->value, 7.0);
  write(many_rows(1000) + R"({"score": 7)");
  EXPECT_EQ(open()->count(), 1000u);
}

TEST_P(BookRows, LinesMayBeLongerThanAPieceOfTheFile) {
  const std::string filler(5u << 19, 'x');
  write("{\"score\": 1, \"notes\": \"" + filler + "\"}\n{\"score\": 2}\n" + filler +
        "\n{\"score\": 3, \"notes\": \"" + filler + "\"}");
  const auto book = open();
  EXPECT_EQ(book->count(), 3u);
  EXPECT_EQ((*book->find(3))->notes.size(), filler.size());
  EXPECT_EQ((*book->find(2))->value, 2.0);
}

INSTANTIATE_TEST_SUITE_P(Directions, BookRows, testing::Values(Direction::maximise, Direction::minimise));

}  // namespace
}  // namespace leanlab::lab

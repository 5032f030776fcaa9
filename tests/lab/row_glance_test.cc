// A glance at a row finds what the importer finds: for rows as they are, and for what they become when bytes go wrong.
#include "lab/row_glance.h"

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "lab/results_file.h"

namespace leanlab::lab {
namespace {

// Bit by bit: 0.0 and -0.0 are shown differently.
std::string shown(const std::optional<double>& number) {
  if (!number) return "none";
  std::uint64_t bits = 0;
  std::memcpy(&bits, &*number, sizeof bits);
  return fmt::format("{} ({:x})", *number, bits);
}
std::string shown(const RowGlance& glance) {
  if (!glance.is_row) return "no row";
  return fmt::format("value {}, best {}", shown(glance.value), shown(glance.best_so_far));
}

std::string as_imported(const std::string& line, const Objective& objective) {
  RowGlance found;
  if (const auto row = import_row(repair_utf8(trim(line)), "lab", objective)) {
    found.is_row = true;
    found.value = row->value;
    found.best_so_far = row->best_so_far;
  }
  return shown(found);
}

void expect_agreement(const std::string& line, const std::string& metric = "score") {
  const Objective objective{metric, Direction::maximise};
  EXPECT_EQ(shown(glance_at_row(line, objective)), as_imported(line, objective)) << metric << " of " << line;
}

const char* const k_rows[] = {
    R"({"tag": "jun21", "experiment_file": "experiments/a.py", "score": 0.5, "best_so_far": true, "notes": "n", "ts": ""})",
    R"({"score": NaN, "r2": -Infinity, "seconds": Infinity, "best_so_far": 0.25})",
    R"(  {"score":1,"best_so_far":-0}  )",
    R"({"score": 0.1, "score": 0.75, "other": 1, "other": {"score": 3}})",
    R"({"score": 0.1, "\u0073core": 0.75})",
    R"({"score": 0.1, "\u0073core": null})",
    R"({"score": "0.5", "best_so_far": [1, 2, {"a": "}\"]"}], "notes": "half \ud800, whole \ud83d\ude00 \/\b"})",
    R"({"score": -1.5e-3, "deep": [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]})",
    "{\"score\": 0.6, \"notes\": \"no UTF-8: \xff \xe2\x82\", \"gr\xc3\xb6\xc3\x9f\x65\": 7, \"\xff\": 8, "
    "\"\xef\xbf\xbd\": 9}",
    R"({"score": 18446744073709551616, "best_so_far": 9007199254740993})",
    R"({"score": 1e999, "best_so_far": -1e-999})",
    R"({"score": 2.2250738585072011e-308, "best_so_far": 4.9e-324})",
    R"({"leanlab": {"seq": 4, "ledger": "0a1b", "score": 8}, "score": 4, "x": [], "y": {}})",
    "\xef\xbb\xbf{\"score\": 1}",
    R"({"score": +1})",
    R"({"score": +1e999})",
    R"({"score": 01})",
    R"({"score": 1.})",
    R"({"score": .5})",
    R"({"score": -})",
    R"({"score": 1e})",
    R"({"score": -NaN})",
    R"({"score": NaNs})",
    R"({NaN: 1})",
    R"({"score": 1,})",
    R"({"score": 1} x)",
    R"({"score": 1}{})",
    R"({"score" 1})",
    R"({"score": 1)",
    R"({"score": "a)",
    R"({"score": "a\)",
    R"({"score": "a\u12)",
    R"({"score": "\u12g4"})",
    R"({"score": "\x"})",
    R"([{"score": 1}])",
    "{\"score\": \"a\tb\"}",
    "{\"score\":\v1}",
    "somebody's note",
    "{}",
    "{",
    "",
};

TEST(RowGlance, FindsWhatTheImporterFinds) {
  for (const char* const row : k_rows)
    for (const char* const metric : {"score", "best_so_far", "größe", "\xef\xbf\xbd", "", "notes"})
      expect_agreement(row, metric);
  expect_agreement(std::string("{\"score\": 1, \"a\0b\": 2}", 22));
  expect_agreement("{\"deep\": " + std::string(400, '[') + std::string(400, ']') + "}");
}

TEST(RowGlance, FindsWhatTheImporterFindsInMutatedRows) {
  std::mt19937 random(20260101);  // NOLINT: the same rows each time
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  static constexpr std::string_view k_bytes = "\"\\{}[]:,.-+eE0123456789 \t\r\vNaInfityulrs\xc3\xbf\x01";
  std::size_t rows = 0;
  for (std::size_t round = 0; round < 8000; ++round) {
    std::string line = k_rows[below(std::size(k_rows))];
    for (std::size_t change = below(4); change-- > 0 && !line.empty();) {
      const std::size_t at = below(line.size());
      const std::string other = k_rows[below(std::size(k_rows))];
      switch (below(4)) {
        case 0:
          line[at] = k_bytes[below(k_bytes.size())];
          break;
        case 1:
          line.insert(at, 1, k_bytes[below(k_bytes.size())]);
          break;
        case 2:
          line.erase(at, 1 + below(3));
          break;
        default:
          line.insert(at, other.substr(0, below(12)));
      }
    }
    expect_agreement(line);
    rows += glance_at_row(line, {"score", Direction::maximise}).is_row;
    if (HasFailure()) return;
  }
  EXPECT_GT(rows, 1000u) << "most of them were no rows: nothing was compared";
}

}  // namespace
}  // namespace leanlab::lab

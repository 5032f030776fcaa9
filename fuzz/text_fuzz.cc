// Fuzzes base/strings: commands are split and joined again, and any text becomes one that can be shown.
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/json_python.h"
#include "base/strings.h"
#include "checks.h"
#include "target.h"

namespace leanlab {
namespace {

void split(std::string_view input) {
  const auto words = split_command(input);
  if (!words) return fuzz::check_error(words.error());
  for (const std::string& word : *words) INVARIANT(word.size() <= input.size());
  const auto again = split_command(join_command(*words));
  INVARIANT(again && *again == *words);
  // Words that nobody split are put together and split as they were.
  std::vector<std::string> lines;
  for (const std::string_view line : split_lines(input)) lines.emplace_back(line);
  const auto same = split_command(join_command(lines));
  INVARIANT(same && *same == lines);
}

void show(std::string_view input) {
  const std::string shown = printable(input);
  INVARIANT(fuzz::is_shown(shown));
  const std::string repaired = repair_utf8(input);
  INVARIANT(repair_utf8(repaired) == repaired);
  for (const std::size_t columns : {0, 1, 2, 7, 80}) {
    const std::string cut = clip(shown, columns);
    INVARIANT(display_width(cut) <= columns && fuzz::is_shown(cut));
  }
  const std::string kept = printable(input, Newlines::keep);
  for (const std::string_view line : split_lines(kept)) INVARIANT(fuzz::is_shown(line));
  INVARIANT(trim(trim(input)) == trim(input));
  const std::vector<std::string> words{"status", "stop", "submit"};
  const std::string near = nearest(input.substr(0, 64), words);
  INVARIANT(near.empty() || std::find(words.begin(), words.end(), near) != words.end());
}

/// JSON for a screen acts on none, and says the same.
void show_json(std::string_view input) {
  const auto value = parse_json(input);
  if (!value) return;
  const std::string shown = json_for_screen(to_line(*value));
  INVARIANT(fuzz::is_shown(shown) || shown.find('\x7f') != std::string::npos);
  const auto same = parse_json(shown);
  INVARIANT(same && to_line(*same) == to_line(*value));
  const auto python = parse_python_json(input);
  INVARIANT(python && to_line(*python) == to_line(*value));
}

}  // namespace
}  // namespace leanlab

FUZZ_TARGET(text) {
  leanlab::split(input);
  leanlab::show(input);
  leanlab::show_json(input);
}

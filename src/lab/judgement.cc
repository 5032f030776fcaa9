// The result grammar. Each way to go wrong has a reason of its own, told so that a person can act on it.
#include "lab/judgement.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/json.h"
#include "base/strings.h"

namespace leanlab::lab {

namespace {

constexpr std::size_t k_most_keys = 64;
constexpr std::size_t k_longest_line = 16 * 1024;
constexpr std::size_t k_quote_columns = 240;
// Stands in for what is no JSON number (NaN, Infinity, 1e999) while a line is parsed.
constexpr std::string_view k_not_finite = "\"\\u0000not finite: ";

std::string quote(std::string_view text) {
  return clip(printable(trim(text)), k_quote_columns);
}

/// The last line that says something, or empty.
std::string last_line(std::string_view text) {
  std::string_view last;
  for (const std::string_view line : split_lines(text)) {
    if (!trim(line).empty()) last = line;
  }
  return quote(last);
}

/// "; its last words: ...", taken from stderr, else stdout.
std::string last_words(const sandbox::Outcome& outcome) {
  std::string words = last_line(outcome.err);
  if (words.empty()) words = last_line(outcome.out);
  return words.empty() ? "" : "; its last words: " + words;
}

std::string signal_hint(int signal_number) {
  switch (signal_number) {
    case SIGKILL:
      return ": by itself, or by the kernel for lack of memory";
    case SIGSEGV:
    case SIGBUS:
      return ": it crashed";
    case SIGABRT:
      return ": it gave up, as after a failed assertion";
    case SIGXFSZ:
      return ": it wrote a file larger than limits.disk_mb allows";
    case SIGSYS:
      return ": it tried a system call that is denied";
    default:
      return "";
  }
}

std::string exit_hint(int status) {
  if (status == 127) return " (a program was not found)";
  if (status == 126) return " (a program could not be run)";
  if (status == 128 + SIGKILL)
    return " (a program that it ran was killed by signal 9: by itself, or for lack of memory)";
  // What a shell makes of a child that a signal ended.
  if (status > 128 && status < 128 + NSIG)
    return fmt::format(" (a program that it ran was killed by signal {}: {})", status - 128,
                       ::strsignal(status - 128));
  return "";
}

/// What programs say when an allocation was refused: limits.memory_mb is why, and nothing else would tell.
std::string memory_hint(const sandbox::Outcome& outcome, const sandbox::Limits& limits) {
  for (const std::string_view words :
       {"MemoryError", "std::bad_alloc", "Cannot allocate memory", "out of memory"}) {
    if (outcome.err.find(words) != std::string::npos && limits.memory_bytes > 0)
      return fmt::format(" (out of memory? limits.memory_mb is {})", limits.memory_bytes >> 20);
  }
  return {};
}

/// "2 s", "0.5 s", "1 min 30 s": as the person wrote the limit.
std::string limit_text(std::chrono::milliseconds limit) {
  if (limit >= std::chrono::minutes(1)) return human_duration(limit);
  return fmt::format("{:g} s", std::chrono::duration<double>(limit).count());
}

/// Why the run as such does not count, or empty. `who` is "the evaluator" or "the validator".
std::string bad_end(const sandbox::Outcome& outcome, const sandbox::Limits& limits, const std::string& who) {
  using sandbox::End;
  switch (outcome.end) {
    case End::interrupted:
      return who + " was stopped, because the run was";
    case End::wall_limit:
      return fmt::format("{} did not end within {} (limits.seconds) and was stopped{}", who,
                         limit_text(limits.wall), last_words(outcome));
    case End::cpu_limit:
      return fmt::format("{} used more than {} of processor time and was stopped{}", who,
                         limit_text(limits.cpu), last_words(outcome));
    case End::memory_limit:
      return fmt::format("{} needed more than {} MB of memory (limits.memory_mb) and was stopped{}", who,
                         limits.memory_bytes >> 20, last_words(outcome));
    case End::signalled:
      return fmt::format("{} was {}{}{}", who, outcome.status.describe(),
                         signal_hint(outcome.status.signal_number), last_words(outcome));
    case End::process_limit:
      return fmt::format("{} started more than {} processes and threads (limits.processes) and was stopped{}",
                         who, limits.processes, last_words(outcome));
    case End::guardian_lost:
      return who + " was lost: its guardian was killed, by itself or from outside, so nothing is known of it";
    case End::exited:
      break;
  }
  return {};
}

/// `line` with NaN, Infinity and numbers that no double can hold turned into marked texts, so that one of them does
/// not hide the others: 0.2.1's evaluators print what Python's json.dumps gives.
std::string mark_not_finite(std::string_view line) {
  std::string result;
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '+' || c == '-' || c == '_';
  };
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t start = i;
    if (line[i] == '"') {
      for (++i; i < line.size() && line[i] != '"'; ++i) i += line[i] == '\\' ? 1 : 0;
      i = std::min(i + 1, line.size());
    } else if (is_word(line[i])) {
      while (i < line.size() && is_word(line[i])) ++i;
      const std::string word(line.substr(start, i - start));
      const bool named = word == "NaN" || word == "Infinity" || word == "-Infinity";
      const bool digits = std::isdigit(static_cast<unsigned char>(word.back())) != 0;
      if (named || (digits && std::isinf(std::strtod(word.c_str(), nullptr)))) {
        result += std::string(k_not_finite) + word + "\"";
        continue;
      }
    } else {
      ++i;
    }
    result += line.substr(start, i - start);
  }
  return result;
}

/// "NaN" when `value` is a mark of mark_not_finite, else empty.
std::string not_finite(const Json& value) {
  static const std::string k_mark = std::string(1, '\0') + "not finite: ";
  if (!value.is_string()) return {};
  const std::string text = value.get<std::string>();
  return text.starts_with(k_mark) ? text.substr(k_mark.size()) : "";
}

/// What the lines of stdout hold.
struct Lines {
  std::vector<Json> scores;  ///< objects with the objective
  std::string_view text;     ///< of the last of them
  std::string broken;        ///< why a line that was meant as a score cannot be read; empty if none was
  std::string other_keys;    ///< keys of an object without the objective, for a hint
  bool anything = false;
};

std::string broken_score(std::string_view line, const Error& error) {
  const bool single_quotes = line.size() > 1 && (line[1] == '\'' || trim(line.substr(1)).starts_with('\''));
  return fmt::format("the score line cannot be read: {}{}: {}", error.message,
                     single_quotes ? " (keys need double quotes: print json.dumps(...))" : "", quote(line));
}

void take_line(std::string_view line, const std::string& metric, Lines& lines) {
  lines.anything = true;
  if (line.front() != '{') return;
  const bool meant = line.find(metric) != std::string_view::npos;
  if (line.size() > k_longest_line) {
    if (meant)
      lines.broken =
          fmt::format("the score line is {} bytes long; at most {} are allowed", line.size(), k_longest_line);
    return;
  }
  const auto value = parse_json(mark_not_finite(line));
  if (!value) {
    if (meant) lines.broken = broken_score(line, value.error());
    return;
  }
  if (value->contains(metric)) {
    lines.scores.push_back(*value);
    lines.text = line;
    return;
  }
  std::vector<std::string> keys;
  for (const auto& [key, item] : value->items()) keys.push_back(key);
  lines.other_keys = clip(printable(fmt::format("{}", fmt::join(keys, ", "))), 80);
}

Lines read_lines(std::string_view text, const std::string& metric) {
  Lines lines;
  for (const std::string_view raw : split_lines(text)) {
    const std::string_view line = trim(raw);
    if (!line.empty()) take_line(line, metric, lines);
  }
  return lines;
}

std::string no_score(const sandbox::Outcome& outcome, const Lines& lines, const std::string& metric) {
  if (!read_lines(outcome.err, metric).scores.empty())
    return "the score was printed to stderr only; it must go to stdout";
  if (!lines.anything && outcome.err_bytes == 0) return "the evaluator printed nothing";
  if (!lines.anything) return "the evaluator printed nothing on stdout" + last_words(outcome);
  if (!lines.other_keys.empty())
    return fmt::format("no line of stdout has the objective \"{}\"; it printed an object with: {}",
                       printable(metric), lines.other_keys);
  return fmt::format("no line of stdout is an object with the objective \"{}\"; the last one was: {}",
                     printable(metric), last_line(outcome.out));
}

std::string not_a_number(const Json& value, const std::string& metric) {
  const std::string name = printable(metric);
  if (const std::string word = not_finite(value); !word.empty())
    return fmt::format("\"{}\" is {}, which is no finite number", name, clip(printable(word), 40));
  if (value.is_boolean()) return fmt::format("\"{}\" is {}, a boolean, not a number", name, to_line(value));
  if (value.is_string())
    return fmt::format("\"{}\" is the text {}, not a number: print it without quotes", name,
                       clip(printable(to_line(value)), 40));
  if (value.is_null()) return fmt::format("\"{}\" is null, not a number", name);
  return fmt::format("\"{}\" is {}, not a number", name, value.is_array() ? "a list" : "an object");
}

void take_values(const Json& score, Judgement& judgement) {
  Json info = Json::object();
  for (const auto& [key, value] : score.items()) {
    const std::string shown = clip(printable(key), 60);
    if (value.is_number()) {
      judgement.metrics.emplace_back(key, value.get<double>());
    } else if (const std::string word = not_finite(value); !word.empty()) {
      judgement.warnings.push_back(
          fmt::format("\"{}\" was dropped: it is {}", shown, clip(printable(word), 40)));
    } else if (value.is_string() || value.is_boolean()) {
      info[key] = value;
    } else {
      judgement.warnings.push_back(
          fmt::format("\"{}\" was dropped: it is {}", shown,
                      value.is_null() ? "null" : (value.is_array() ? "a list" : "an object")));
    }
  }
  if (!info.empty()) judgement.info = to_line(info);
}

/// Why there is no result although the process ended well, or empty.
std::string bad_result(const sandbox::Outcome& outcome, const sandbox::Limits& limits, const Lines& lines,
                       const std::string& metric) {
  if (outcome.killed_leftovers > 0)
    return fmt::format(
        "the evaluator left {} running, which {} then ended: a score counts only when everything that "
        "was started is done",
        outcome.killed_leftovers == 1 ? "a process" : fmt::format("{} processes", outcome.killed_leftovers),
        outcome.killed_leftovers == 1 ? "was" : "were");
  if (limits.output_bytes > 0 && outcome.out_bytes > limits.output_bytes)
    return fmt::format("the evaluator printed {}, more than limits.output_mb allows ({})",
                       human_bytes(outcome.out_bytes), human_bytes(limits.output_bytes));
  if (lines.scores.size() + (lines.broken.empty() ? 0 : 1) > 1)
    return fmt::format("the evaluator printed {} lines with the objective \"{}\"; there must be exactly one",
                       lines.scores.size() + (lines.broken.empty() ? 0 : 1), printable(metric));
  if (!lines.broken.empty()) return lines.broken;
  if (lines.scores.empty()) return no_score(outcome, lines, metric);
  const Json& score = lines.scores.front();
  if (score.size() > k_most_keys)
    return fmt::format("the score line has {} keys; at most {} are allowed", score.size(), k_most_keys);
  const Json& objective = score.at(metric);
  return objective.is_number() ? "" : not_a_number(objective, metric);
}

/// Whether `line` begins with `word` as a word: "VALID", "VALID: fine", not "VALIDATED".
bool says(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  const std::string_view rest = line.substr(word.size());
  return rest.empty() || (std::isalnum(static_cast<unsigned char>(rest.front())) == 0 && rest.front() != '_');
}

}  // namespace

Judgement judge_outcome(const sandbox::Outcome& outcome, const sandbox::Limits& limits,
                        const std::string& metric) {
  Judgement judgement;
  judgement.reason = bad_end(outcome, limits, "the evaluator");
  if (!judgement.reason.empty()) return judgement;
  const Lines lines = read_lines(outcome.out, metric);
  if (!outcome.status.ok()) {
    judgement.reason =
        fmt::format("the evaluator ended with {}{}{}{}{}", outcome.status.describe(),
                    exit_hint(outcome.status.exit_status), memory_hint(outcome, limits),
                    lines.scores.empty() ? "" : " after it had printed a score, which does not count",
                    outcome.err.empty() && !lines.scores.empty() ? "" : last_words(outcome));
    return judgement;
  }
  judgement.reason = bad_result(outcome, limits, lines, metric);
  if (!judgement.reason.empty()) return judgement;
  take_values(lines.scores.front(), judgement);
  judgement.line = lines.text;
  judgement.value = lines.scores.front().at(metric).get<double>();
  return judgement;
}

std::string validator_objection(const sandbox::Outcome& outcome, const sandbox::Limits& limits) {
  if (std::string reason = bad_end(outcome, limits, "the validator"); !reason.empty()) return reason;
  bool valid = false;
  for (const std::string_view raw : split_lines(outcome.out)) {
    const std::string_view line = trim(raw);
    if (says(line, "INVALID")) {
      std::string_view why = line.substr(std::string_view("INVALID").size());
      while (!why.empty() && (why.front() == ':' || why.front() == ' ')) why.remove_prefix(1);
      return why.empty() ? "the validator says INVALID, and not why" : clip(printable(why), 400);
    }
    valid = valid || says(line, "VALID");
  }
  if (!outcome.status.ok())
    return fmt::format("the validator ended with {}{}{}", outcome.status.describe(),
                       exit_hint(outcome.status.exit_status), last_words(outcome));
  if (!valid) return "the validator printed neither VALID nor INVALID" + last_words(outcome);
  return {};
}

}  // namespace leanlab::lab

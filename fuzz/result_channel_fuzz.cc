// Fuzzes the result channel: whatever a judge sends, only what came with the nonce and behind a greeting is believed, and no
// judgement rests on anything else. An input is one message a line; "NONCE" stands for the run's.
#include <string>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/json.h"
#include "base/strings.h"
#include "checks.h"
#include "exec/result_channel.h"
#include "judgement_checks.h"
#include "lab/split_job.h"
#include "target.h"

namespace leanlab {
namespace {

// Bytes that the channel's socket holds while nobody reads it.
constexpr std::size_t k_most_said = 64u << 10;

std::string nonce_from(const exec::ResultChannel& channel) {
  char prefix[16];
  INVARIANT(::read(channel.theirs(), prefix, sizeof prefix) == sizeof prefix);
  std::string greeting(static_cast<unsigned char>(prefix[4]), '\0');
  INVARIANT(::read(channel.theirs(), greeting.data(), greeting.size()) ==
            static_cast<ssize_t>(greeting.size()));
  return text_of(parse_json(greeting).value(), "nonce");
}

std::string messages(std::string_view input, const std::string& nonce) {
  const std::string text = replace_all(std::string(input), "NONCE", nonce);
  if (text.starts_with("LLJ1")) return text;  // frames, or what is none, as they are
  std::string frames;
  for (const std::string_view line : split_lines(text)) frames += exec::frame(std::string(line));
  return frames;
}

exec::JudgeWords heard(std::string_view input, const std::string& contract, bool knows_nonce) {
  exec::ResultChannel channel = exec::ResultChannel::make("score").value();
  const std::string nonce = nonce_from(channel);
  const std::string said = messages(input, knows_nonce ? nonce : std::string(nonce.size(), '0'));
  INVARIANT(write_all(channel.theirs(), std::string_view(said).substr(0, k_most_said)));
  channel.close_theirs();
  return channel.listen(contract);
}

void check_words(const exec::JudgeWords& words) {
  INVARIANT(fuzz::is_shown(words.violation));
  INVARIANT(words.notes.size() <= 32);
  for (const std::string& echo : words.echoes) INVARIANT(!echo.empty());
  if (words.greeted) return;
  INVARIANT(words.result.empty() && words.echoes.empty() && words.notes.empty() && words.stats.empty());
}

void listen(std::string_view input, const std::string& contract, lab::Level level) {
  const exec::JudgeWords stranger = heard(input, contract, false);
  check_words(stranger);
  INVARIANT(!stranger.greeted);
  exec::JobReport report;
  report.split.emplace();
  report.split->words = heard(input, contract, true);
  check_words(report.split->words);
  report.outcome.status.exit_status = 0;
  report.outcome.out = std::string(input);
  report.outcome.out_bytes = input.size();
  report.split->candidate.out = std::string(input);
  const lab::Judgement judgement = lab::judge_split(report, sandbox::Limits{}, "score", level);
  INVARIANT(fuzz::is_shown(judgement.reason));
  if (!judgement.value) return;
  const exec::JudgeWords& words = report.split->words;
  INVARIANT(words.greeted && words.violation.empty());
  if (level == lab::Level::isolated) INVARIANT(judgement.line == words.result);
  if (level == lab::Level::isolated) return;
  // Nothing that the experiment wrote is the score, begins it or stands within it.
  for (const std::string& echo : words.echoes) {
    INVARIANT(judgement.line != echo && judgement.line.substr(0, 1) != echo);
    INVARIANT(echo.front() != ' ' || judgement.line.find(echo.substr(1)) == std::string::npos);
  }
}

}  // namespace
}  // namespace leanlab

FUZZ_TARGET(result_channel) {
  using namespace leanlab;
  listen(input, "isolated", lab::Level::isolated);
  listen(input, "proxied", lab::Level::proxied);
}

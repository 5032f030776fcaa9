// What must hold of a turn that was made of any stream, and of its transcript.
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "agent/supervise.h"
#include "agent/transcript.h"
#include "base/clock.h"
#include "base/strings.h"
#include "checks.h"

namespace leanlab::fuzz {

inline void check_turn(const agent::Turn& turn) {
  INVARIANT((turn.end == agent::TurnEnd::done) == turn.failure.empty());
  INVARIANT(is_shown(turn.failure) && turn.failure.size() < 4000);
  // What it cost is added to a budget: nothing negative, nothing that swallows all else.
  if (turn.cost_usd) INVARIANT(*turn.cost_usd >= 0 && *turn.cost_usd < 1e12);
  if (turn.tokens) {
    for (const std::uint64_t count :
         {turn.tokens->input, turn.tokens->output, turn.tokens->cache_read, turn.tokens->cache_write})
      INVARIANT(count < std::uint64_t{1} << 62);
  }
  // A time that can be written and read.
  if (turn.retry_at) INVARIANT(parse_iso8601(iso8601(*turn.retry_at)).has_value());
}

/// Feeds the lines of `input` to the reader, as supervise() does, and looks at what comes out. Its first byte says how the
/// program ended.
inline void read_stream(agent::Reader& reader, std::string_view input) {
  const std::string secret = "sk-secret-\"0123\\4567";
  Feed feed(input);
  sandbox::Outcome outcome;
  const std::size_t how = feed.byte();
  if (how % 2 == 0) outcome.status.exit_status = static_cast<int>(how >> 3);
  if (how % 2 != 0) outcome.status.signal_number = 9, outcome.end = sandbox::End::signalled;
  agent::Recorder recorder("agent", agent::Role::worker);
  agent::Progress progress(recorder, [](const std::string& now) { INVARIANT(is_shown(now)); });
  std::string lines;
  while (!feed.is_empty()) {
    const std::string line = repair_utf8(feed.until('\n'));
    lines += line + '\n';
    recorder.raw(line);
    reader.line(line, progress);
  }
  if (how % 4 >= 2) outcome.err = lines;
  agent::Turn turn;
  reader.end(outcome, turn);
  check_turn(turn);
  recorder.text(secret);
  recorder.end(turn);
  const std::string transcript = recorder.take({secret});
  // The fuzzer learns the secret from the comparisons that look for it.
  if (lines.find("sk-secret") == std::string::npos) INVARIANT(agent::raw_stream(transcript) == lines);
  const auto events = agent::read_transcript(transcript);
  INVARIANT(events.size() >= 3 && events.front().kind == "turn" && events.back().kind == "end");
  INVARIANT(agent::show_transcript(events).find(secret) == std::string::npos);
}

}  // namespace leanlab::fuzz

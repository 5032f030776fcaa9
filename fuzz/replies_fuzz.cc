// Fuzzes what is taken out of an agent's reply: an object with all of its keys, what a program says that it cost, and when a limit
// is over.
#include <string>

#include <nlohmann/json.hpp>

#include "agent/ends.h"
#include "agent/replies.h"
#include "base/json.h"
#include "checks.h"
#include "stream_checks.h"
#include "target.h"

namespace leanlab::agent {
namespace {

void find(std::string_view input) {
  constexpr std::string_view k_required[] = {"a", "b"};
  const auto found = find_reply(input, k_required);
  if (found) INVARIANT(found->is_object() && found->contains("a") && found->contains("b"));
  // What stands around an object does not hide it.
  const auto value = parse_json(input);
  if (!value || !value->is_object() || !value->contains("a") || !value->contains("b")) return;
  INVARIANT(found && *found == *value);
  const auto fenced = find_reply("So:\n```json\n" + to_line(*value) + "\n```\nDone.", k_required);
  INVARIANT(fenced && fenced->contains("a") && fenced->contains("b"));
  const auto within = find_reply("So: " + to_line(*value) + " is it.", k_required);
  INVARIANT(within.has_value());
}

void report(std::string_view input) {
  const auto found = find_worker_report(input);
  if (!found) return;
  INVARIANT(found->notes.find('\n') == std::string::npos);
}

void limits(std::string_view input) {
  static const UtcTime now = parse_iso8601("2026-11-23T09:22:00Z").value();
  for (const char* words : {"", "try again in ", "resets ", "limit reached|"}) {
    const auto at = reset_time(words + std::string(input), now);
    if (at) INVARIANT(parse_iso8601(iso8601(*at)).has_value());
  }
  Turn turn;
  set_end(turn, end_of(0, input), "agent", input, "agent login");
  if (turn.end != TurnEnd::done) fuzz::check_turn(turn);
  static_cast<void>(limit_in_disguise(input));
}

}  // namespace
}  // namespace leanlab::agent

FUZZ_TARGET(replies) {
  using namespace leanlab::agent;
  find(input);
  report(input);
  limits(input);
  Turn turn;
  turn.reply = input;
  take_usage(turn);
  leanlab::fuzz::check_turn(turn);
}

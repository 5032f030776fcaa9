// Fuzzes what a model's server sends: events in pieces of any size are the same as in one, and the answer made of them is sound in
// both dialects. The first byte is the size of the pieces.
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/http/assembly.h"
#include "agent/http/client.h"
#include "base/json.h"
#include "checks.h"
#include "target.h"

namespace leanlab::agent {
namespace {

std::vector<std::string> events_in(std::string_view text, std::size_t piece) {
  SseReader reader;
  std::vector<std::string> events;
  const auto keep = [&](std::string_view data) { events.emplace_back(data); };
  for (std::size_t at = 0; at < text.size(); at += piece) reader.add(text.substr(at, piece), keep);
  return events;
}

void check_answer(Assembly& assembly) {
  Answer answer;
  assembly.finish(answer);
  for (const ToolCall& call : answer.calls) INVARIANT(!call.id.empty());
  if (!answer.tokens) return;
  for (const std::uint64_t count : {answer.tokens->input, answer.tokens->output, answer.tokens->cache_read})
    INVARIANT(count < 1'000'000'000'000'000);
}

void assemble(Dialect dialect, const std::vector<std::string>& events, std::string_view text) {
  Assembly assembly(dialect);
  for (const std::string& event : events) assembly.event(event);
  INVARIANT(assembly.began() == !events.empty());
  check_answer(assembly);
  if (const auto json = parse_json(text); json && json->is_object()) {
    Assembly whole(dialect);
    whole.whole(*json);
    INVARIANT(!whole.ended() || whole.error().empty());
    check_answer(whole);
  }
}

}  // namespace
}  // namespace leanlab::agent

FUZZ_TARGET(model_stream) {
  using namespace leanlab::agent;
  leanlab::fuzz::Feed feed(input);
  const std::size_t piece = feed.byte() + 1;
  const std::string_view text = feed.rest();
  const auto events = events_in(text, text.size() + 1);
  INVARIANT(events == events_in(text, piece));
  for (const Dialect dialect : {Dialect::anthropic, Dialect::openai}) assemble(dialect, events, text);
  for (const char* header : {"retry-after", "retry-after-ms"}) {
    HttpAnswer answer;
    answer.headers[header] = std::string(text.substr(0, 100));
    const auto wait = retry_after(answer);
    if (wait) INVARIANT(wait->count() >= 0);
  }
}

// Fuzzes stored transcripts: what was packed comes back, what is damaged is refused or words of a program, and all of it can be shown.
#include <string>

#include "agent/transcript.h"
#include "base/strings.h"
#include "checks.h"
#include "target.h"

FUZZ_TARGET(transcript) {
  using namespace leanlab;
  const auto packed = agent::unpack_transcript(agent::pack_transcript(input));
  INVARIANT(packed && *packed == input);
  const auto stored = agent::unpack_transcript(input);
  if (!stored) fuzz::check_error(stored.error());
  const auto events = agent::read_transcript(input);
  for (const agent::TranscriptEvent& event : events) INVARIANT(event.text.size() <= 4 * input.size() + 16);
  // Whoever shows it keeps its lines, and nothing in them acts.
  const std::string shown = printable(agent::show_transcript(events), Newlines::keep);
  for (const std::string_view line : split_lines(shown)) INVARIANT(fuzz::is_shown(line));
  const std::string raw = agent::raw_stream(input);
  INVARIANT(raw.size() <= 4 * input.size() + 16);
  const std::string secret = "0123456789";
  INVARIANT(agent::redact(std::string(input), {secret}).find(secret) == std::string::npos);
}

// Fuzzes the reader of Claude Code's stream. The first byte says how the program ended, then it is a line an event.
#include "agent/backends/claude_stream.h"
#include "stream_checks.h"
#include "target.h"

FUZZ_TARGET(claude) {
  leanlab::agent::ClaudeReader reader;
  leanlab::fuzz::read_stream(reader, input);
}

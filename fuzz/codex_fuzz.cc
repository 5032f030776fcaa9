// Fuzzes the reader of Codex's stream, of a new thread and of one that goes on. The first byte says how the program ended, then it
// is a line an event.
#include "agent/backends/codex_stream.h"
#include "stream_checks.h"
#include "target.h"

FUZZ_TARGET(codex) {
  using namespace leanlab;
  agent::CodexReader fresh;
  fuzz::read_stream(fresh, input);
  agent::CodexReader goes_on("thread",
                             agent::Tokens{.input = 10, .output = 5, .cache_read = 3, .cache_write = 1});
  fuzz::read_stream(goes_on, input);
}

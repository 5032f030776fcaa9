// Fuzzes the client's side of the Agent Client Protocol: whatever an agent answers and asks, the turn is sound, each question of
// its has one answer, and no file is read or written but in its workspace. The first byte says how the program ended, then it is
// a line a message.
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>

#include "agent/backends/acp_stream.h"
#include "base/fs.h"
#include "base/json.h"
#include "stream_checks.h"
#include "target.h"

namespace leanlab {
namespace {

/// What leanlab said: whole lines, each one message.
void check_said(const Fd& said) {
  const std::string text = read_at(said.get(), 0, 64u << 20).value();
  INVARIANT(text.empty() || text.back() == '\n');
  for (const std::string_view line : split_lines(text)) {
    const auto message = parse_json(line);
    INVARIANT(message && message->is_object() && text_of(*message, "jsonrpc") == "2.0");
    const bool asks = message->contains("method");
    INVARIANT(message->contains("id") && (asks || message->contains("result") != message->contains("error")));
  }
}

}  // namespace
}  // namespace leanlab

FUZZ_TARGET(acp) {
  using namespace leanlab;
  // A workspace that is not there: whatever the agent names, nothing is read or written.
  agent::TurnRequest request;
  request.workspace = "/nonexistent/leanlab-fuzz";
  request.prompt = "prompt";
  const agent::Environment environment{{"API_KEY", "x"}};
  const Fd said(::memfd_create("said", MFD_CLOEXEC));
  {
    agent::Speaker speaker(Fd(::fcntl(said.get(), F_DUPFD_CLOEXEC, 3)));
    agent::AcpReader reader(speaker, request, {environment, true, "acp login"});
    fuzz::read_stream(reader, input);
    INVARIANT(fuzz::is_shown(reader.unusable()));
  }
  check_said(said);
}

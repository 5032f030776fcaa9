// Fuzzes the helper's report: nothing malformed passes for a command that ended well, and what the helper says is read as it was meant.
#include <algorithm>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "base/fd.h"
#include "checks.h"
#include "sandbox/helper/report.h"
#include "sandbox/wire.h"
#include "target.h"

namespace leanlab {
namespace {

sandbox::Command command_of_report() {
  sandbox::Command command;
  command.argv = {"tool"};
  command.cwd = "/";
  return command;
}

void decode(const std::string& text) {
  const auto outcome = sandbox::decode_report(text, command_of_report(), sandbox::Tier::A);
  if (!outcome) return fuzz::check_error(outcome.error());
  const ExitStatus& status = outcome->status;
  INVARIANT(status.exit_status >= -1 && status.exit_status <= 255);
  INVARIANT(status.signal_number >= 0 && status.signal_number <= 64);
  INVARIANT(!status.ok() || text.find("exit=0") != std::string::npos);
  INVARIANT(outcome->end != sandbox::End::exited || status.exit_status >= 0);
  INVARIANT(outcome->wall.count() >= 0 && status.cpu.count() >= 0);
  INVARIANT(!status.describe().empty());
}

/// What the helper writes of this report.
std::string said_by_helper(const helper::Report& report) {
  int ends[2];
  INVARIANT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  helper::send_report(theirs.get(), report, helper::Tier::A);
  theirs.close();
  return read_all(ours.get(), 1u << 20).value();
}

void say_and_hear(std::string_view input) {
  fuzz::Feed feed(input);
  helper::Report report;
  report.end = static_cast<helper::End>(feed.byte() % 7);
  // As waitpid gives it: an exit status, or a signal.
  const int code = static_cast<int>(feed.byte());
  const bool exited = report.end == helper::End::exited || feed.byte() % 2 == 0;
  report.wait_status = exited ? code << 8 : 1 + code % 64;
  report.wall_us = feed.number() >> 1;
  report.cpu_us = feed.number() >> 1;
  report.rss_bytes = feed.number();
  report.leftovers = feed.byte();
  report.survivors = feed.byte();
  std::string call(feed.until('\n').substr(0, 100));
  std::erase(call, '\0');
  report.denied = {{call, static_cast<std::uint32_t>(feed.number())}};
  const auto heard = sandbox::decode_report(said_by_helper(report), command_of_report(), sandbox::Tier::A);
  INVARIANT(heard.has_value());
  INVARIANT(heard->status.exit_status == (exited ? code : -1));
  INVARIANT(heard->status.signal_number == (exited ? 0 : 1 + code % 64));
  INVARIANT(static_cast<std::uint64_t>(heard->wall.count()) == report.wall_us);
  INVARIANT(static_cast<std::uint64_t>(heard->status.cpu.count()) == report.cpu_us);
  INVARIANT(heard->status.max_rss_bytes == report.rss_bytes);
  INVARIANT(heard->killed_leftovers == report.leftovers && heard->survivors == report.survivors);
  INVARIANT(heard->denied.size() == 1 && heard->denied[0].name == call);
  INVARIANT(heard->denied[0].count == report.denied[0].second);
}

}  // namespace
}  // namespace leanlab

FUZZ_TARGET(report) {
  using namespace leanlab;
  std::string text(input);
  decode(text);
  // As seeds are written: a line a field.
  if (const std::size_t header = text.find('\n'); header != std::string::npos)
    std::replace(text.begin() + static_cast<std::ptrdiff_t>(header) + 1, text.end(), '\n', '\0');
  decode(text);
  say_and_hear(input);
}

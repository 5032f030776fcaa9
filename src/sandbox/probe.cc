// The whole sequence is run through the real helper with `--hello`, which checks from inside that it is contained.
#include "sandbox/probe.h"

#include <cstdlib>
#include <string_view>

#include "base/fs.h"
#include "sandbox/launch.h"

namespace leanlab::sandbox {
namespace {

TierCheck unavailable(std::string reason, std::string remedy = "") {
  return {false, std::move(reason), std::move(remedy)};
}

TierCheck check(Tier tier) {
  const auto helper = helper_path();
  if (!helper) return unavailable(helper.error().message);
  const auto folder = TempDirectory::make(fs::temp_directory_path(), "leanlab-probe-");
  if (!folder) return unavailable(one_line(folder.error()));
  const fs::path secret = folder->path() / "secret";
  if (const auto written = write_file(secret, "secret"); !written)
    return unavailable(one_line(written.error()));
  Policy policy;
  policy.role = Role::candidate;
  policy.fork = false;
  policy.limits.wall = std::chrono::seconds(20);
  policy.paths = {{helper->string(), Access::read}};
  Command command;
  command.argv = {helper->string(), "--hello", secret.string()};
  command.cwd = "/usr";
  const Interrupt never;
  const auto outcome = run(policy, command, tier, never);
  if (!outcome) return unavailable(outcome.error().message, outcome.error().next);
  if (outcome->out == "contained\n") return {true, "", ""};
  return unavailable("a program in the sandbox " +
                     (outcome->out.empty() ? outcome->status.describe() : outcome->out));
}

ProbeResult examine() {
  ProbeResult result;
  result.a = check(Tier::A);
  result.b = check(Tier::B);
  result.tier = result.a.available ? Tier::A : result.b.available ? Tier::B : Tier::C;
  const char* forced = std::getenv("LEANLAB_FORCE_TIER");
  if (forced == nullptr) return result;
  const std::string_view word = forced;
  result.forced = true;
  // Only ever a weaker tier than the machine's best, or one that it has.
  if (word == "C" || (word == "B" && !result.b.available))
    result.tier = Tier::C;
  else if (word == "B")
    result.tier = Tier::B;
  return result;
}

}  // namespace

const ProbeResult& probe() {
  static const ProbeResult result = examine();
  return result;
}

Status require_tier(const ProbeResult& found, Tier least) {
  if (found.tier <= least) return {};
  const std::string& reason = least == Tier::A || !found.a.available ? found.a.reason : found.b.reason;
  return fail(Error(ErrorCode::misconfigured,
                    fmt::format("this machine gives isolation tier {} only, but at least {} is asked for{}{}",
                                name(found.tier), name(least), reason.empty() ? "" : ": ", reason))
                  .then("leanlab doctor"));
}

}  // namespace leanlab::sandbox

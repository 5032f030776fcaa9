// Fuzzes the helper's request: what is not understood is refused whole, and what leanlab says is understood as it was meant.
#include <algorithm>
#include <string>
#include <vector>

#include "checks.h"
#include "sandbox/helper/request.h"
#include "sandbox/wire.h"
#include "target.h"

namespace leanlab {
namespace {

bool is_plain_path(const std::string& path) {
  return path.starts_with('/') && (path + '/').find("/../") == std::string::npos &&
         path.find("//") == std::string::npos;
}

/// How often a field stands there.
std::size_t count_fields(const std::string& fields, const std::string& key) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < fields.size(); at = fields.find('\0', at) + 1)
    count += fields.compare(at, key.size() + 1, key + "=") == 0 ? 1 : 0;
  return count;
}

void parse_fields(const std::string& fields) {
  helper::Request request;
  std::string why;
  if (!helper::parse_request(fields, request, why)) {
    INVARIANT(!why.empty());
    return;
  }
  // What decides how strong the sandbox is was said, and said once: no default stands in for it, nothing overrules it.
  for (const char* key : {"tier", "role", "cwd", "tmp", "network", "fork"})
    INVARIANT(count_fields(fields, key) == 1);
  for (const char* key : {"door", "wall_ms", "memory_bytes", "disk_bytes"})
    INVARIANT(count_fields(fields, key) <= 1);
  INVARIANT(!request.argv.empty());
  INVARIANT(is_plain_path(request.cwd) && is_plain_path(request.tmp));
  for (const auto& rule : request.paths) INVARIANT(is_plain_path(rule.path));
  for (const std::string& path : request.watch) INVARIANT(is_plain_path(path));
  for (const std::string& path : request.devices) INVARIANT(is_plain_path(path) && path.starts_with("/dev/"));
  for (const std::string& entry : request.env) INVARIANT(entry.find('=') != std::string::npos);
  for (const auto& fd : request.fds) INVARIANT(fd.ours >= 0 && fd.theirs >= 0 && fd.theirs < 1024);
  INVARIANT(request.listen.empty() ||
            (request.tier == helper::Tier::A && request.network && request.door >= 3));
}

sandbox::Policy policy_from(fuzz::Feed& feed) {
  sandbox::Policy policy;
  const std::size_t bits = feed.byte();
  policy.role = static_cast<sandbox::Role>(bits & 3);
  policy.network = (bits & 4) != 0;
  policy.fork = (bits & 8) != 0;
  policy.limits.memory_bytes = feed.number() >> 1;  // up to 19 digits
  policy.limits.open_files = static_cast<std::uint32_t>(feed.number());
  policy.paths = {{"/" + std::string(feed.until('\n')),
                   (bits & 16) != 0 ? sandbox::Access::write : sandbox::Access::list}};
  policy.watch = {"/" + std::string(feed.until('\n'))};
  return policy;
}

/// Encodes what the input says, reads it, and compares.
void say_and_read(std::string_view input) {
  fuzz::Feed feed(input);
  const sandbox::Policy policy = policy_from(feed);
  sandbox::Command command;
  command.cwd = "/" + std::string(feed.until('\n'));
  command.env = {{"NAME", std::string(feed.until('\n'))}};
  do command.argv.emplace_back(feed.until('\n'));
  while (!feed.is_empty());
  const auto said = sandbox::encode_request(policy, command, sandbox::Tier::A, "/tmp");
  if (!said) return fuzz::check_error(said.error());
  helper::Request request;
  std::string why;
  INVARIANT(helper::parse_request(said->substr(said->find('\n') + 1), request, why));
  INVARIANT(request.tier == helper::Tier::A && request.argv == command.argv);
  INVARIANT(static_cast<int>(request.role) == static_cast<int>(policy.role));
  INVARIANT(request.env == std::vector<std::string>{"NAME=" + command.env[0].second});
  INVARIANT(request.network == policy.network && request.fork == policy.fork);
  INVARIANT(request.memory_bytes == policy.limits.memory_bytes);
  INVARIANT(request.open_files == policy.limits.open_files);
  INVARIANT(request.watch.size() == 1);
}

}  // namespace
}  // namespace leanlab

FUZZ_TARGET(request) {
  using namespace leanlab;
  std::string fields(input);
  parse_fields(fields);
  std::replace(fields.begin(), fields.end(), '\n', '\0');  // as seeds are written
  parse_fields(fields);
  say_and_read(input);
}

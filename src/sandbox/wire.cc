// Encodes the policy strictly (what cannot be said is an error) and reads the report back.
#include "sandbox/wire.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>

#include "sandbox/view.h"

namespace leanlab::sandbox {
namespace {

constexpr std::string_view k_report_header = "leanlab-sandbox 1\n";

class Fields {
 public:
  void add(std::string_view key, std::string_view value) {
    if (value.find('\0') != std::string_view::npos) has_nul_ = true;
    text_.append(key).append("=").append(value).push_back('\0');
  }
  void add(std::string_view key, std::uint64_t value) { add(key, std::to_string(value)); }
  void add_limit(std::string_view key, std::uint64_t value) {
    if (value != 0) add(key, value);
  }
  [[nodiscard]] bool has_nul() const { return has_nul_; }
  [[nodiscard]] std::string finish() const {
    return fmt::format("leanlab-sandbox 1 {}\n{}", text_.size(), text_);
  }

 private:
  std::string text_;
  bool has_nul_ = false;
};

bool is_listed(const std::vector<PathRule>& rules, const std::string& path) {
  return std::any_of(rules.begin(), rules.end(), [&](const PathRule& rule) { return rule.path == path; });
}

Status add_path(Fields& fields, std::string_view key, const std::string& path) {
  if (path.empty() || path[0] != '/')
    return fail(ErrorCode::misconfigured, "the sandbox needs absolute paths, but got '{}'", path);
  std::string normal = std::filesystem::path(path).lexically_normal().string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();  // "//" alone is left as it is
  fields.add(key, normal);
  return {};
}

// In tier A a hidden place is covered; tier B can only list all else.
Status add_rules(Fields& fields, const Policy& policy, Tier tier) {
  std::vector<std::string> hidden = policy.hide;
  for (const PathRule& rule : policy.paths) {
    if (rule.access == Access::list) continue;
    const auto engine = engine_folders_below(rule.path);
    hidden.insert(hidden.end(), engine.begin(), engine.end());
  }
  const std::vector<std::string> real = real_paths(hidden);  // a hidden place has other names, too
  for (const PathRule& rule : policy.paths) {
    if (rule.access == Access::list) {
      TRY(add_path(fields, "list", rule.path));
      continue;
    }
    const char* key = rule.access == Access::write ? "write" : "read";
    for (const std::string& path : tier == Tier::B ? all_but(rule.path, real) : std::vector{rule.path})
      TRY(add_path(fields, key, path));
    for (std::string& path : hidden_below(rule.path, real)) hidden.push_back(std::move(path));
  }
  hidden.insert(hidden.end(), real.begin(), real.end());
  std::sort(hidden.begin(), hidden.end());
  hidden.erase(std::unique(hidden.begin(), hidden.end()), hidden.end());
  for (const std::string& path : hidden) {
    if (tier != Tier::B) TRY(add_path(fields, "hide", path));
  }
  return {};
}

void add_limits(Fields& fields, const Limits& limits) {
  fields.add_limit("wall_ms", static_cast<std::uint64_t>(limits.wall.count()));
  fields.add_limit("cpu_s", static_cast<std::uint64_t>(limits.cpu.count()));
  fields.add_limit("memory_bytes", limits.memory_bytes);
  fields.add_limit("processes", limits.processes);
  fields.add_limit("open_files", limits.open_files);
  fields.add_limit("file_bytes", limits.file_bytes);
  fields.add_limit("disk_bytes", limits.disk_bytes);
  fields.add_limit("disk_inodes", limits.disk_inodes);
}

/// Digits alone, at most `most`. What is malformed must not pass for a zero: "exit=" would be a success.
template <class Number>
bool take_number(std::string_view text, Number& target, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return false;
  target = static_cast<Number>(value);
  return true;
}

bool take_time(std::string_view text, std::chrono::microseconds& target) {
  std::int64_t us = 0;
  if (!take_number(text, us, std::numeric_limits<std::int64_t>::max())) return false;
  target = std::chrono::microseconds(us);
  return true;
}

bool take_denied(std::string_view text, std::vector<DeniedCall>& denied) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  DeniedCall& call = denied.emplace_back();
  call.name = text.substr(0, colon);
  return take_number(text.substr(colon + 1), call.count, UINT32_MAX);
}

struct Report {
  Outcome outcome;
  std::string error, what;
  int number = 0;
  bool has_end = false;
};

bool take_end(std::string_view value, Report& report) {
  static constexpr std::pair<std::string_view, End> k_ends[] = {{"exited", End::exited},
                                                                {"signalled", End::signalled},
                                                                {"wall_limit", End::wall_limit},
                                                                {"cpu_limit", End::cpu_limit},
                                                                {"memory_limit", End::memory_limit},
                                                                {"process_limit", End::process_limit},
                                                                {"stopped", End::interrupted}};
  for (const auto& [word, end] : k_ends) {
    if (value != word) continue;
    report.outcome.end = end;
    report.has_end = true;
    return true;
  }
  return false;
}

/// False when the value is malformed. Fields of later helpers are left out.
bool set_report_field(Report& report, std::string_view key, std::string_view value) {
  constexpr int k_most_signal = 64, k_most_errno = 4095;
  Outcome& outcome = report.outcome;
  ExitStatus& status = outcome.status;
  if (key == "end") return take_end(value, report);
  if (key == "exit") return take_number(value, status.exit_status, 255);
  if (key == "signal") return take_number(value, status.signal_number, k_most_signal);
  if (key == "wall_us") return take_time(value, outcome.wall);
  if (key == "cpu_us") return take_time(value, status.cpu);
  if (key == "rss_bytes") return take_number(value, status.max_rss_bytes, UINT64_MAX);
  if (key == "leftovers") return take_number(value, outcome.killed_leftovers, UINT32_MAX);
  if (key == "survivors") return take_number(value, outcome.survivors, UINT32_MAX);
  if (key == "denied") return take_denied(value, outcome.denied);
  if (key == "errno") return take_number(value, report.number, k_most_errno);
  if (key == "tier") return value == name(outcome.tier);
  if (key == "error") report.error = value;
  if (key == "what") report.what = value;
  return true;
}

constexpr const char* k_how_to_allow_namespaces =
    "in Docker start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined; on Ubuntu set sysctl "
    "kernel.apparmor_restrict_unprivileged_userns=0; elsewhere see "
    "sysctl user.max_user_namespaces";

Error setup_error(const Report& report, const Command& command, Tier tier) {
  const std::string reason = report.number != 0 ? std::strerror(report.number) : report.what;
  if (report.error == "exec") {
    return Error(ErrorCode::misconfigured, fmt::format("cannot start {}: {}", report.what, reason))
        .then(
            "check the command and, in the sandbox, that its program lies in a folder that is visible there");
  }
  if (report.error == "chdir") {
    return {ErrorCode::misconfigured,
            fmt::format("cannot start {} in {}: {}", command.argv[0], report.what, reason)};
  }
  const bool missing = report.number == ENOENT || report.number == ENOTDIR;
  if (missing && (report.error == "view" || report.error == "landlock" || report.error == "device"))
    return {ErrorCode::misconfigured, fmt::format("cannot show {} in the sandbox: {}", report.what, reason)};
  if (report.error == "namespaces" || report.error == "id map" || report.error == "user namespace") {
    return Error(ErrorCode::misconfigured,
                 fmt::format("tier {} cannot be had here: user namespaces are refused ({})", name(tier),
                             reason))
        .then(k_how_to_allow_namespaces);
  }
  if (report.error == "cgroup") {
    return Error(ErrorCode::misconfigured,
                 fmt::format("cannot start {} in the cgroup {}: {}", command.argv[0], report.what, reason))
        .then("leanlab doctor");
  }
  const std::string place = report.number != 0 && !report.what.empty() ? report.what + ": " : "";
  return Error(ErrorCode::misconfigured,
               fmt::format("tier {} cannot be had here: {}: {}{}", name(tier), report.error, place, reason))
      .then("leanlab doctor");
}

}  // namespace

bool has_doors(const Policy& policy, const Command& command, Tier tier) {
  return tier == Tier::A && policy.network && !command.doors.empty();
}

Result<std::string> encode_request(const Policy& policy, const Command& command, Tier tier,
                                   const std::string& tmp, const std::string& cgroup) {
  Fields fields;
  fields.add("tier", name(tier));
  fields.add("role", name(policy.role));
  for (const std::string& word : command.argv) fields.add("arg", word);
  for (const auto& [key, value] : command.env) fields.add("env", key + "=" + value);
  TRY(add_path(fields, "cwd", command.cwd.string()));
  int ours = k_first_further_fd;
  for (const auto& [unused, theirs] : command.fds) fields.add("fd", fmt::format("{}:{}", ours++, theirs));
  if (has_doors(policy, command, tier)) {
    for (const std::uint16_t port : command.doors) fields.add("listen", std::uint64_t{port});
    fields.add("door", static_cast<std::uint64_t>(ours));
  }
  for (const std::uint32_t cpu : command.cpus) fields.add("cpu", cpu);
  const auto add_system = [&](const std::vector<PathRule>& rules) {
    for (const PathRule& rule : rules) {
      if (!is_listed(policy.paths, rule.path)) fields.add("read", rule.path);
    }
  };
  add_system(default_view());
  if (policy.network) add_system(network_view());
  if (tier == Tier::B) add_system(machine_facts());
  TRY(add_rules(fields, policy, tier));
  for (const std::string& path : policy.watch) TRY(add_path(fields, "watch", path));
  for (const std::string& device : policy.devices) TRY(add_path(fields, "device", device));
  TRY(add_path(fields, "tmp", tmp));
  if (!cgroup.empty()) TRY(add_path(fields, "cgroup", cgroup));
  fields.add("network", policy.network ? "1" : "0");
  fields.add("fork", policy.fork ? "1" : "0");
  add_limits(fields, policy.limits);
  if (fields.has_nul())
    return fail(ErrorCode::misconfigured, "a command, variable or path of the sandbox holds a NUL byte");
  return fields.finish();
}

Result<Outcome> decode_report(std::string_view text, const Command& command, Tier tier) {
  if (!text.starts_with(k_report_header))
    return fail(ErrorCode::internal, "leanlab-sandbox sent no report of version 1");
  text.remove_prefix(k_report_header.size());
  Report report;
  report.outcome.tier = tier;
  while (!text.empty()) {
    const std::size_t end = text.find('\0');
    const std::string_view field = text.substr(0, end);
    const std::size_t equals = field.find('=');
    if (end == std::string_view::npos || equals == std::string_view::npos)
      return fail(ErrorCode::internal, "leanlab-sandbox sent a malformed report");
    const std::string_view key = field.substr(0, equals);
    if (!set_report_field(report, key, field.substr(equals + 1)))
      return fail(ErrorCode::internal, "leanlab-sandbox sent a report whose field '{}' is malformed", key);
    text.remove_prefix(end + 1);
  }
  if (!report.error.empty()) return fail(setup_error(report, command, tier));
  const bool exited = report.has_end && report.outcome.end == End::exited;
  if (!report.has_end || (exited && report.outcome.status.exit_status < 0))
    return fail(ErrorCode::internal, "leanlab-sandbox sent a report without an end");
  return std::move(report.outcome);
}

}  // namespace leanlab::sandbox

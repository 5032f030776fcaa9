// A login is borrowed as a file and given back when it was renewed: of two agents that renew at once the newer renewal stays.
#include "agent/home.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/installation.h"
#include "base/beneath.h"
#include "base/fd.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/log.h"
#include "base/process.h"
#include "base/strings.h"
#include "sandbox/launch.h"
#include "sandbox/policies.h"
#include "sandbox/probe.h"

extern char** environ;

namespace leanlab::agent {

namespace {

constexpr std::size_t k_login_bytes = 256u << 10;
constexpr std::size_t k_secret_length = 16;

void collect_secrets(const Json& value, std::vector<std::string>& secrets) {
  if (value.is_structured()) {
    for (const Json& part : value) collect_secrets(part, secrets);
  } else if (value.is_string() && value.get_ref<const std::string&>().size() >= k_secret_length) {
    secrets.push_back(value.get<std::string>());
  }
}

bool is_secret(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().size() >= k_secret_length;
}

/// A tool that renews may also note something: its real ones do ("rateLimitTier": null). Beside the login itself, only these.
bool may_come(const Json& value, const std::string& name, bool in_login) {
  constexpr std::size_t k_longest = 100;
  if (!in_login && name != "auth_mode" && name != "last_refresh") return false;
  return !value.is_structured() &&
         (!value.is_string() || value.get_ref<const std::string&>().size() <= k_longest);
}

/// The same object with other values: what a renewal looks like. An agent must neither plant anything else nor lose a token.
bool same_shape(const Json& a, const Json& b, bool in_login = false) {
  if (is_secret(a)) return is_secret(b);
  if (a.is_number() && b.is_number()) return true;
  if (!a.is_object()) return a.type() == b.type() || ((a.is_null() || b.is_null()) && !b.is_structured());
  if (!b.is_object()) return false;
  const bool kept = std::all_of(a.items().begin(), a.items().end(), [&](const auto& item) {
    const auto found = b.find(item.key());
    if (found == b.end()) return !is_secret(item.value()) && !item.value().is_structured();
    return same_shape(item.value(), *found, true);
  });
  return kept && std::all_of(b.items().begin(), b.items().end(), [&](const auto& item) {
           return a.contains(item.key()) || may_come(item.value(), item.key(), in_login);
         });
}

/// How long a login holds, as its file says.
struct Freshness {
  double expires = 0;
  std::string renewed;
  auto operator<=>(const Freshness&) const = default;
};

void look_for_times(const Json& value, Freshness& found) {
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.items()) {
    if (member.is_number() && (name == "expiresAt" || name == "expires_at" || name == "expiry_date"))
      found.expires = std::max(found.expires, member.get<double>());
    if (member.is_string() && name == "last_refresh")
      found.renewed = std::max(found.renewed, member.get<std::string>());
    look_for_times(member, found);
  }
}

/// Whether `after` is what became of `before` by a renewal.
bool is_renewal(const std::string& before, const std::string& after) {
  const auto old_login = parse_json(before);
  const auto new_login = parse_json(after);
  return old_login && new_login && old_login->is_object() && same_shape(*old_login, *new_login);
}

bool is_newer(const std::string& a, const std::string& b) {
  Freshness of_a;
  Freshness of_b;
  if (const auto value = parse_json(a)) look_for_times(*value, of_a);
  if (const auto value = parse_json(b)) look_for_times(*value, of_b);
  return of_a > of_b;
}

/// What the agent has made of its copy. It may have put a link or a pipe in its place.
std::string text_of_copy(const fs::path& copy) {
  const fs::path folder = copy.parent_path();
  const auto fd =
      open_beneath(folder.parent_path(), folder.filename() / copy.filename(), O_RDONLY | O_NONBLOCK);
  struct stat status{};
  if (!fd || ::fstat(fd->get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  return read_all(fd->get(), k_login_bytes).value_or(std::string());
}

bool matches(std::string_view name, const std::string& pattern) {
  if (!pattern.ends_with('*')) return name == pattern;
  return name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
}

}  // namespace

Result<BorrowedLogin> BorrowedLogin::take(const fs::path& users, const fs::path& copy) {
  BorrowedLogin login;
  std::error_code error;
  if (users.empty() || !fs::is_regular_file(users, error)) return login;
  TRY_ASSIGN(std::string text, read_file(users, k_login_bytes), "reading a login");
  TRY(make_directories(copy.parent_path()));
  TRY(write_file(copy, text, Durability::fast, 0600));
  if (const auto value = parse_json(text)) collect_secrets(*value, login.secrets_);
  login.users_ = fs::canonical(users, error);  // it may be a link into a folder of settings
  if (error) login.users_ = users;
  login.copy_ = copy;
  login.borrowed_ = std::move(text);
  return login;
}

BorrowedLogin::BorrowedLogin(BorrowedLogin&& other) noexcept
    : users_(std::move(other.users_)),
      copy_(std::move(other.copy_)),
      borrowed_(std::exchange(other.borrowed_, std::nullopt)),
      secrets_(std::move(other.secrets_)) {}

BorrowedLogin::~BorrowedLogin() {
  give_back();
}

const std::vector<std::string>& BorrowedLogin::give_back() {
  const std::string now = borrowed_ ? text_of_copy(copy_) : std::string();
  if (now.empty() || now == *borrowed_ || !is_renewal(*borrowed_, now)) return secrets_;
  if (const auto value = parse_json(now)) collect_secrets(*value, secrets_);
  const auto lock = FileLock::take(users_.string() + ".leanlab-lock");
  const auto theirs = read_file(users_, k_login_bytes);
  if (!lock || !theirs) return secrets_;
  // Renewed by another turn as well, or by the person: the one that holds longer is the newer.
  const bool untouched = *theirs == *borrowed_;
  if (!untouched && !(is_renewal(*theirs, now) && is_newer(now, *theirs))) return secrets_;
  borrowed_ = now;
  if (const Status written = write_file(users_, now, Durability::fsynced, 0600); !written)
    log_warning("the renewed login could not be written back to {}: {}", users_.string(),
                one_line(written.error()));
  return secrets_;
}

Result<TurnHome> TurnHome::make(const fs::path& wanted) {
  TurnHome home;
  home.path_ = wanted;
  if (!wanted.empty()) {
    TRY(make_directories(wanted));
    return home;
  }
  TRY_ASSIGN(TempDirectory made, TempDirectory::make());
  home.path_ = made.path();
  home.temporary_.emplace(std::move(made));
  return home;
}

Environment agent_environment(const fs::path& home, const std::vector<std::string>& pass) {
  static const std::vector<std::string> k_always = {"PATH",
                                                    "USER",
                                                    "LOGNAME",
                                                    "SHELL",
                                                    "HTTP_PROXY",
                                                    "HTTPS_PROXY",
                                                    "NO_PROXY",
                                                    "ALL_PROXY",
                                                    "http_proxy",
                                                    "https_proxy",
                                                    "no_proxy",
                                                    "all_proxy",
                                                    "SSL_CERT_FILE",
                                                    "SSL_CERT_DIR",
                                                    "NODE_EXTRA_CA_CERTS",
                                                    "CODEX_CA_CERTIFICATE",
                                                    "REQUESTS_CA_BUNDLE",
                                                    "CURL_CA_BUNDLE"};
  Environment result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = text.substr(0, equals);
    const auto wants = [&](const std::string& pattern) { return matches(name, pattern); };
    if (std::any_of(k_always.begin(), k_always.end(), wants) || std::any_of(pass.begin(), pass.end(), wants))
      result.emplace_back(name, text.substr(equals + 1));
  }
  result.insert(result.end(),
                {{"HOME", home.string()}, {"LANG", "C.UTF-8"}, {"LC_ALL", "C.UTF-8"}, {"TZ", "UTC"}});
  return result;
}

std::vector<std::string> named_for_agents() {
  std::vector<std::string> names;
  const char* named = std::getenv("LEANLAB_AGENT_ENV");
  for (std::string_view rest = named == nullptr ? "" : named; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (const auto name = trim(rest.substr(0, comma)); !name.empty()) names.emplace_back(name);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return names;
}

std::vector<std::string> secrets_in(const Environment& environment) {
  std::vector<std::string> secrets;
  for (const auto& [name, value] : environment) {
    const bool secret = name.ends_with("KEY") || name.find("TOKEN") != std::string::npos ||
                        name.find("SECRET") != std::string::npos ||
                        name.find("PASSWORD") != std::string::npos;
    if (secret) secrets.push_back(value);
  }
  return secrets;
}

fs::path users_folder(const char* variable, const char* fallback) {
  const char* given = *variable == '\0' ? nullptr : std::getenv(variable);
  if (given != nullptr && *given != '\0') return given;
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? fs::path() : fs::path(home) / fallback;
}

namespace {

// "2.1.197 (Claude Code)": the first line of `program --version`, or empty.
// In the sandbox too: a program that takes no notice of --version would leave what it starts behind.
std::string version_of(const fs::path& program) {
  sandbox::Limits limits;
  limits.wall = std::chrono::seconds(10);
  sandbox::Policy policy = sandbox::agent_policy({}, installation_of(program), limits);
  policy.network = false;
  sandbox::Command command;
  command.argv = {program.string(), "--version"};
  command.cwd = "/tmp";
  if (const char* path = std::getenv("PATH"); path != nullptr) command.env.emplace_back("PATH", path);
  const Interrupt never;
  const auto outcome = sandbox::run(policy, command, sandbox::probe().tier, never);
  if (!outcome || !outcome->status.ok()) return {};
  const std::string_view text = trim(outcome->out.empty() ? outcome->err : outcome->out);
  return printable(text.substr(0, text.find('\n')));
}

}  // namespace

Result<fs::path> installed_program(const std::string& name, const std::string& package) {
  const fs::path program = find_program(name);
  if (!program.empty()) return fs::absolute(program);
  return fail(Error(ErrorCode::agent_unavailable,
                    fmt::format("the agent {0} is not installed: there is no '{0}' on PATH", name))
                  .then(fmt::format("npm install -g {}, or choose another agent with --agent", package)));
}

Probe probe_program(const std::string& name) {
  Probe probe;
  const fs::path program = find_program(name);
  probe.found = !program.empty();
  if (!probe.found) return probe;
  probe.path = program.string();
  probe.version = version_of(program);
  return probe;
}

}  // namespace leanlab::agent

// Home: the private home of a command-line agent: its own login, and nothing else of the person's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/agent.h"
#include "base/fs.h"
#include "base/result.h"

namespace leanlab::agent {

/// A file with a login, copied into an agent's home for a turn. A token that the agent renews is written back, under a lock, if it
/// is well-formed and newer than what the person's file holds by then.
class BorrowedLogin {
 public:
  /// `users` may be missing: then there is nothing to borrow. Errors: io.
  [[nodiscard]] static Result<BorrowedLogin> take(const fs::path& users, const fs::path& copy);
  BorrowedLogin(BorrowedLogin&& other) noexcept;
  BorrowedLogin& operator=(BorrowedLogin&&) = delete;
  ~BorrowedLogin();
  /// The texts in it that look like secrets.
  [[nodiscard]] const std::vector<std::string>& secrets() const { return secrets_; }
  /// Now and then in a long turn, and at its end: others that begin meanwhile need the new one, and we may be killed.
  /// Gives secrets(), with those of the new one.
  const std::vector<std::string>& give_back();

 private:
  BorrowedLogin() = default;
  fs::path users_, copy_;
  std::optional<std::string> borrowed_;
  std::vector<std::string> secrets_;
};

/// The home of a turn: the given folder (made when missing), else a temporary one that goes with the object.
class TurnHome {
 public:
  [[nodiscard]] static Result<TurnHome> make(const fs::path& wanted);
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  std::optional<TempDirectory> temporary_;
};

using Environment = std::vector<std::pair<std::string, std::string>>;
/// Of our environment what every agent gets: PATH, proxies, certificates, a fixed locale; then what `pass` names. A pattern
/// ending in '*' names a prefix. HOME is `home`.
[[nodiscard]] Environment agent_environment(const fs::path& home, const std::vector<std::string>& pass);
/// The variables that a person passes on to agents by name: LEANLAB_AGENT_ENV=NAME,PREFIX_*.
[[nodiscard]] std::vector<std::string> named_for_agents();
/// The values in it that are secret by their names (…KEY, …TOKEN, …SECRET, …PASSWORD).
[[nodiscard]] std::vector<std::string> secrets_in(const Environment& environment);

/// A folder of the person's configuration: `variable` when set, else `fallback` below HOME.
[[nodiscard]] fs::path users_folder(const char* variable, const char* fallback);

/// The absolute path of an agent's program on PATH. Errors: agent_unavailable, saying how npm installs `package`.
[[nodiscard]] Result<fs::path> installed_program(const std::string& name, const std::string& package);
/// Where the program `name` is and what it says of itself; not whether it is logged in.
[[nodiscard]] Probe probe_program(const std::string& name);

}  // namespace leanlab::agent

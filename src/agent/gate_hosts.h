// GateHosts: which hosts an agent may reach, and what it asks of the gate for that. Text only: the gate itself connects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leanlab::agent {

/// Of the gate inside a sandbox; also what a proxy's address means that names none.
inline constexpr std::uint16_t k_proxy_port = 3128;

struct HostPort {
  std::string host;  ///< in lower case; of an address of IPv6 without its brackets
  std::uint16_t port = 0;
};
/// "host:port", "[::1]:port" or "host", whose port is then `usual`. None for anything else: a host is at most 255 letters,
/// digits, '.', '-' and '_', so that whoever resolves it or passes it on cannot take it for another one.
[[nodiscard]] std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t usual);
/// The reverse: "host:port", "[::1]:port".
[[nodiscard]] std::string authority(const HostPort& target);
/// On this machine, as far as its name tells.
[[nodiscard]] bool is_loopback(const std::string& host);

/// What the first line of a request to a proxy asks for.
struct ProxyRequest {
  HostPort target;
  bool is_tunnel = false;  ///< CONNECT, which the gate does; all else would show it what is said
};
/// None when `head` does not begin with such a line.
[[nodiscard]] std::optional<ProxyRequest> parse_proxy_request(std::string_view head);

/// Hosts that an agent may reach.
class HostList {
 public:
  /// "api.x.com" (ports 443 and 80), "*.x.com", "host:8443", "https://host/path".
  explicit HostList(const std::vector<std::string>& entries);
  [[nodiscard]] bool allows(const std::string& host, std::uint16_t port) const;
  [[nodiscard]] bool is_empty() const { return entries_.empty() && loopback_.empty(); }
  /// Ports of entries on loopback.
  [[nodiscard]] const std::vector<std::uint16_t>& loopback() const { return loopback_; }

 private:
  struct Entry {
    std::string host;        ///< in lower case; may begin with "*."
    std::uint16_t port = 0;  ///< 0: 443 and 80
  };
  std::vector<Entry> entries_;
  std::vector<std::uint16_t> loopback_;
};

}  // namespace leanlab::agent

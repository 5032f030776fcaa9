// Fuzzes what the gate reads: an agent's request to the proxy, and lists of hosts. What is compared with the list must be what is
// resolved, and only what the list names passes.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "agent/gate_hosts.h"
#include "base/strings.h"
#include "checks.h"
#include "target.h"

namespace leanlab::agent {
namespace {

void check_host(const HostPort& target) {
  INVARIANT(!target.host.empty() && target.host.size() <= 255);
  INVARIANT(std::strlen(target.host.c_str()) == target.host.size() && fuzz::is_shown(target.host));
  INVARIANT(target.host.find_first_of(" \t/@#?\\\"'*") == std::string::npos &&
            lower_ascii(target.host) == target.host);
  const auto same = parse_host_port(authority(target), 0);
  INVARIANT(same && same->host == target.host && same->port == target.port);
}

void ask_gate(std::string_view head) {
  static const HostList list({"api.x.com", "*.y.com", "z.com:8443", "https://u.com/v1", "127.0.0.1:8080"});
  const auto request = parse_proxy_request(head);
  if (!request) return;
  check_host(request->target);
  INVARIANT(request->is_tunnel == head.starts_with("CONNECT "));
  const auto& [host, port] = request->target;
  const bool web = port == 443 || port == 80;
  const bool wanted = (host == "api.x.com" && web) || (host.ends_with(".y.com") && web) ||
                      (host == "z.com" && port == 8443) || (host == "u.com" && port == 443);
  INVARIANT(list.allows(host, port) == wanted);
}

void read_list(std::string_view input) {
  std::vector<std::string> entries;
  for (const std::string_view line : split_lines(input)) entries.emplace_back(line);
  const HostList list(entries);
  const auto& ports = list.loopback();
  INVARIANT(std::is_sorted(ports.begin(), ports.end()));
  for (const std::uint16_t port : ports) INVARIANT(port != 0 && port != k_proxy_port);
  for (const char* loopback : {"127.0.0.1", "localhost", "::1"}) INVARIANT(!list.allows(loopback, 443));
  // A host that no entry ends with is not reached.
  if (input.find("stranger") == std::string_view::npos) INVARIANT(!list.allows("stranger", 443));
}

}  // namespace
}  // namespace leanlab::agent

FUZZ_TARGET(gate) {
  using namespace leanlab::agent;
  ask_gate(input);
  ask_gate("CONNECT " + std::string(input) + " HTTP/1.1\r\n\r\n");
  read_list(input);
}

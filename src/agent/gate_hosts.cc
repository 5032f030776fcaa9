// Strict about hosts: what is compared with the list must be what is then resolved, byte for byte.
#include "agent/gate_hosts.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::size_t k_longest_host = 255;
constexpr std::string_view k_any_below = "*.";

bool is_name(std::string_view host) {
  return !host.empty() && host.size() <= k_longest_host &&
         std::all_of(host.begin(), host.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
         });
}

/// Between brackets: digits, ':' and, of one that holds an address of IPv4, '.'.
bool is_ipv6(std::string_view host) {
  return host.size() >= 2 && host.size() <= k_longest_host &&
         std::all_of(host.begin(), host.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0 || c == ':' || c == '.'; });
}

}  // namespace

bool is_loopback(const std::string& host) {
  const bool is_number = host.find_first_not_of("0123456789.") == std::string::npos;  // 127.x.com is a name
  return host == "localhost" || host == "::1" || (is_number && host.starts_with("127."));
}

std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t usual) {
  HostPort target{{}, usual};
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), target.port);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    text = text.substr(0, colon);
  }
  const bool bracketed = text.size() > 2 && text.starts_with('[') && text.ends_with(']');
  if (bracketed) text = text.substr(1, text.size() - 2);
  if (!(bracketed ? is_ipv6(text) : is_name(text))) return std::nullopt;
  target.host = lower_ascii(text);
  return target;
}

std::string authority(const HostPort& target) {
  const bool is_address = target.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_address ? "[" : "", target.host, is_address ? "]" : "", target.port);
}

std::optional<ProxyRequest> parse_proxy_request(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  std::string_view wanted = line.substr(first + 1, second - first - 1);
  const bool is_tunnel = line.starts_with("CONNECT ");
  if (!is_tunnel && wanted.starts_with("http://")) wanted = wanted.substr(7, wanted.find('/', 7) - 7);
  const auto target = parse_host_port(wanted, is_tunnel ? 443 : 80);
  return target ? std::optional(ProxyRequest{*target, is_tunnel}) : std::nullopt;
}

HostList::HostList(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    std::string_view text = trim(entry);
    std::uint16_t usual = 0;
    if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
      usual = text.starts_with("https") ? 443 : 80;
      text.remove_prefix(scheme + 3);
    }
    const bool any_below = text.starts_with(k_any_below);
    if (any_below) text.remove_prefix(k_any_below.size());
    const auto target = parse_host_port(text.substr(0, text.find('/')), usual);
    if (!target) continue;
    if (is_loopback(target->host)) {
      if (target->port != 0 && target->port != k_proxy_port) loopback_.push_back(target->port);
    } else {
      entries_.push_back({(any_below ? std::string(k_any_below) : "") + target->host, target->port});
    }
  }
  std::sort(loopback_.begin(), loopback_.end());
  loopback_.erase(std::unique(loopback_.begin(), loopback_.end()), loopback_.end());
}

bool HostList::allows(const std::string& host, std::uint16_t port) const {
  const std::string wanted = lower_ascii(host);
  if (is_loopback(wanted)) return false;  // it has doors of its own
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    const bool fits =
        entry.host.starts_with(k_any_below) ? wanted.ends_with(entry.host.substr(1)) : wanted == entry.host;
    return fits && (entry.port == 0 ? port == 443 || port == 80 : port == entry.port);
  });
}

}  // namespace leanlab::agent

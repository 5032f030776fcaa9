// The address is read from the caller's memory; who listens is read from its own /proc/<pid>/net.
#include "connections.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "caller.h"

namespace leanlab::helper {
namespace {

// A line is "  0: 0100007F:0C38 00000000:0000 0A ...": local address and port, then the remote ones, then the state.
bool listens_in(const std::string& table, unsigned port, bool any_state) {
  std::FILE* file = std::fopen(table.c_str(), "re");
  if (file == nullptr) return false;
  constexpr unsigned k_listen = 0x0A;
  char line[512];
  bool found = false;
  while (!found && std::fgets(line, sizeof line, file) != nullptr) {
    unsigned local = 0, state = 0;
    if (std::sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &local, &state) != 2) continue;
    found = local == port && (any_state || state == k_listen);
  }
  std::fclose(file);
  return found;
}

bool somebody_listens(pid_t caller, unsigned port) {
  const std::string net = "/proc/" + std::to_string(caller) + "/net/";
  return listens_in(net + "tcp", port, false) || listens_in(net + "tcp6", port, false) ||
         listens_in(net + "udp", port, true) || listens_in(net + "udp6", port, true);
}

}  // namespace

std::string leads_nowhere(pid_t caller, std::uint64_t address, std::uint64_t length) {
  sockaddr_storage storage{};
  const std::size_t size = std::min<std::uint64_t>(length, sizeof(sockaddr_in6));
  if (address == 0 || size < sizeof(sockaddr_in) || !read_memory(caller, address, &storage, size)) return "";
  char text[INET6_ADDRSTRLEN] = {};
  if (storage.ss_family == AF_INET) {
    sockaddr_in internet{};
    std::memcpy(&internet, &storage, sizeof internet);
    const bool loopback = ntohl(internet.sin_addr.s_addr) >> 24 == 127;
    const unsigned port = ntohs(internet.sin_port);
    if (port == 0 || (loopback && somebody_listens(caller, port))) return "";
    ::inet_ntop(AF_INET, &internet.sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(port);
  }
  if (storage.ss_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 internet{};
    std::memcpy(&internet, &storage, sizeof internet);
    const unsigned port = ntohs(internet.sin6_port);
    const bool loopback =
        IN6_IS_ADDR_LOOPBACK(&internet.sin6_addr) || IN6_IS_ADDR_V4MAPPED(&internet.sin6_addr);
    if (port == 0 || (loopback && somebody_listens(caller, port))) return "";
    ::inet_ntop(AF_INET6, &internet.sin6_addr, text, sizeof text);
    return "[" + std::string(text) + "]:" + std::to_string(port);
  }
  return "";
}

}  // namespace leanlab::helper

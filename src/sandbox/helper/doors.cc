// One message a port: two bytes of the port in network order, and the listener (SCM_RIGHTS).
#include "doors.h"

#include <cstdint>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "setup_channel.h"

namespace leanlab::helper {
namespace {

constexpr int k_waiting_connections = 128;

void bring_loopback_up() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) setup_failed("loopback");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket, SIOCSIFFLAGS, &request) != 0) setup_failed("loopback");
  ::close(socket);
}

int listen_on(unsigned port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket < 0 || ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket, k_waiting_connections) != 0)
    setup_failed("door", std::to_string(port));
  return socket;
}

void hand_out(int door, unsigned port, int listener) {
  const std::uint16_t number = htons(static_cast<std::uint16_t>(port));
  if (!send_descriptor(door, {reinterpret_cast<const char*>(&number), sizeof number}, listener))
    setup_failed("door", std::to_string(port));
}

}  // namespace

void open_doors(const Request& request) {
  if (request.listen.empty()) return;
  bring_loopback_up();
  for (const unsigned port : request.listen) {
    const int listener = listen_on(port);
    hand_out(request.door, port, listener);
    ::close(listener);
  }
  ::close(request.door);
}

}  // namespace leanlab::helper

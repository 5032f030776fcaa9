// One message a process: "step\0what\0errno\0"; or a blank that carries a descriptor (SCM_RIGHTS).
#include "setup_channel.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

#include "report.h"

namespace leanlab::helper {
namespace {
int g_setup_channel = -1;
int g_supervisor = -1;
constexpr char k_descriptor_follows = ' ';
}  // namespace

void use_setup_channel(int fd) {
  g_setup_channel = fd;
}
int setup_channel() {
  return g_setup_channel;
}

void fail_to_supervisor(int control) {
  g_supervisor = control;
}

void setup_failed(const char* step, const std::string& what) {
  const int number = errno;
  if (g_supervisor >= 0) {
    send_setup_error(g_supervisor, {step, what, number});
    ::_exit(2);
  }
  std::string text = step;
  text.push_back('\0');
  text += what.substr(0, 2000);
  text.push_back('\0');
  text += std::to_string(number);
  text.push_back('\0');
  ::send(g_setup_channel, text.data(), text.size(), MSG_NOSIGNAL);
  ::_exit(120);
}

bool send_descriptor(int socket, std::string_view text, int fd) {
  iovec piece{const_cast<char*>(text.data()), text.size()};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
}

void hand_to_guardian(int fd) {
  if (!send_descriptor(g_setup_channel, {&k_descriptor_follows, 1}, fd)) setup_failed("listener");
}

bool read_setup_channel(int channel, std::string& text, int& fd) {
  char bytes[4096];
  iovec piece{bytes, sizeof bytes};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  const ssize_t got = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr && header->cmsg_type == SCM_RIGHTS)
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  text.append(bytes, static_cast<std::size_t>(got));
  return true;
}

bool parse_setup_error(const std::string& text, SetupError& error) {
  const std::size_t start = text.find_first_not_of(k_descriptor_follows);
  if (start == std::string::npos) return false;
  const std::size_t first = text.find('\0', start);
  if (first == std::string::npos) return false;
  const std::size_t second = text.find('\0', first + 1);
  if (second == std::string::npos) return false;
  error.step = text.substr(start, first - start);
  error.what = text.substr(first + 1, second - first - 1);
  error.number = std::atoi(text.c_str() + second + 1);
  return true;
}

}  // namespace leanlab::helper

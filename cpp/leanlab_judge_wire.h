// leanlab_judge_wire.h: frames over descriptors, for leanlab_judge.h.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "leanlab_judge_json.h"

namespace leanlab {

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// One end of a connection; owns its descriptors.
class Channel {
 public:
  Channel(int read_fd, int write_fd) : read_fd_(read_fd), write_fd_(write_fd) {
    for (const int fd : {read_fd, write_fd}) {
      ::fcntl(fd, F_SETFD, FD_CLOEXEC);
      ::fcntl(fd, 1031 /* F_SETPIPE_SZ */,
              1 << 20);  // refused for sockets, and by some sandboxes: then it is slower
    }
  }

  ~Channel() {
    ::close(read_fd_);
    if (write_fd_ != read_fd_) ::close(write_fd_);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  std::uint64_t read = 0, written = 0;  ///< bytes

  /// Whether something, be it the end, can be read at once.
  bool has_input() const {
    pollfd event{read_fd_, POLLIN, 0};
    return ::poll(&event, 1, 0) > 0;
  }
  void wait() const {
    pollfd event{read_fd_, POLLIN, 0};
    while (::poll(&event, 1, -1) < 0 && errno == EINTR) {
    }
  }

  void send(const std::string& header, const std::vector<const Array*>& buffers = {}) {
    std::uint64_t body = 0;
    for (const Array* buffer : buffers) body += padded(buffer->bytes.size());
    if (header.size() > k_header || body > k_body)
      throw ProtocolError("a message that is larger than allowed");
    char prefix[16] = {'L', 'L', 'J', '1'};
    const auto size = static_cast<std::uint32_t>(header.size());
    std::memcpy(prefix + 4, &size, 4);
    std::memcpy(prefix + 8, &body, 8);
    const std::string start(prefix, sizeof prefix);
    put((start + header).data(), start.size() + header.size());
    static const unsigned char zeros[64] = {};
    for (const Array* buffer : buffers) {
      put(buffer->bytes.data(), buffer->bytes.size());
      put(zeros, padded(buffer->bytes.size()) - buffer->bytes.size());
    }
  }

  /// False at a clean end. Errors: ProtocolError.
  bool receive(Frame& frame) {
    char prefix[16];
    std::size_t got = 0;
    while (got < sizeof prefix) {
      const std::size_t more = some(prefix + got, sizeof prefix - got);
      if (more == 0 && got == 0) return false;
      if (more == 0) throw ProtocolError("the other side ended in the middle of a message");
      got += more;
    }
    std::uint32_t header = 0;
    std::uint64_t body = 0;
    std::memcpy(&header, prefix + 4, 4);
    std::memcpy(&body, prefix + 8, 8);
    if (std::memcmp(prefix, "LLJ1", 4) != 0)
      throw ProtocolError("no frame: the other side wrote something else");
    if (header > k_header || body > k_body) throw ProtocolError("a message that is larger than allowed");
    std::vector<unsigned char> text;
    get(text, header);
    frame.header = Reader::parse(std::string(text.begin(), text.end()));
    get(frame.body, body);
    return true;
  }

 private:
  static constexpr std::uint64_t k_header = 16u << 20, k_body = 1u << 30;
  static std::uint64_t padded(std::uint64_t size) { return (size + 63) / 64 * 64; }

  std::size_t some(void* to, std::size_t size) {
    while (true) {
      const ssize_t count = ::read(read_fd_, to, size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return 0;
      read += static_cast<std::uint64_t>(count);
      return static_cast<std::size_t>(count);
    }
  }
  // Memory is taken as bytes arrive, not as a size is claimed.
  void get(std::vector<unsigned char>& bytes, std::uint64_t size) {
    bytes.clear();
    while (bytes.size() < size) {
      const std::size_t had = bytes.size();
      bytes.resize(had + std::min<std::uint64_t>(size - had, 1u << 20));
      const std::size_t count = some(bytes.data() + had, bytes.size() - had);
      if (count == 0) throw ProtocolError("the other side ended in the middle of a message");
      bytes.resize(had + count);
    }
  }
  void put(const void* data, std::size_t size) {
    const char* from = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t count = ::write(write_fd_, from, size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw ProtocolError("the other side has closed its pipe");
      written += static_cast<std::uint64_t>(count);
      from += count, size -= static_cast<std::size_t>(count);
    }
  }

  int read_fd_, write_fd_;
};

}  // namespace leanlab

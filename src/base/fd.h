// Fd: an owned file descriptor, always close-on-exec; and whole reads and writes on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

#include "base/result.h"

namespace leanlab {

/// Owns one descriptor; closes it when it goes. Movable, not copyable.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { close(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void close();

 private:
  int fd_ = -1;
};

struct Pipe {
  Fd read;
  Fd write;
};

/// A pipe, both ends close-on-exec.
[[nodiscard]] Result<Pipe> make_pipe();

/// open(2) with O_CLOEXEC added. Errors: io, no_space, naming the path.
[[nodiscard]] Result<Fd> open_file(const std::filesystem::path& path, int flags, mode_t mode = 0644);

/// Writes all of `data`; retries on EINTR and short writes. Errors: io, no_space.
[[nodiscard]] Status write_all(int fd, std::string_view data);
/// Reads up to `size` bytes at `offset` without moving the file position; fewer only at end of file.
[[nodiscard]] Result<std::string> read_at(int fd, std::uint64_t offset, std::size_t size);
/// Reads until end of file. Errors: io; misconfigured when more than `limit_bytes` come.
[[nodiscard]] Result<std::string> read_all(int fd, std::size_t limit_bytes);

void set_nonblocking(int fd);

}  // namespace leanlab

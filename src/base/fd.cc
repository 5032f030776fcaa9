// Owned descriptors and whole reads and writes.
#include "base/fd.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace leanlab {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}

void Fd::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(errno_error(errno, "cannot make a pipe"));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

Result<Fd> open_file(const std::filesystem::path& path, int flags, mode_t mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return fail(errno_error(errno, fmt::format("cannot open {}", path.string())));
  return Fd(fd);
}

Status write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail(errno_error(errno, "cannot write"));
    }
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> read_at(int fd, std::uint64_t offset, std::size_t size) {
  // Memory is taken as bytes come, not as many are asked for.
  constexpr std::size_t k_piece = 1u << 20;
  std::string data;
  while (data.size() < size) {
    const std::size_t have = data.size();
    data.resize(have + std::min(size - have, k_piece));
    const ssize_t got =
        ::pread(fd, data.data() + have, data.size() - have, static_cast<off_t>(offset + have));
    data.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, "cannot read"));
    if (got == 0) break;
  }
  return data;
}

Result<std::string> read_all(int fd, std::size_t limit_bytes) {
  std::string data;
  char piece[65536];
  while (true) {
    const ssize_t got = ::read(fd, piece, sizeof piece);
    if (got < 0) {
      if (errno == EINTR) continue;
      return fail(errno_error(errno, "cannot read"));
    }
    if (got == 0) return data;
    data.append(piece, static_cast<std::size_t>(got));
    if (data.size() > limit_bytes) return fail(ErrorCode::misconfigured, "more than {} bytes", limit_bytes);
  }
}

void set_nonblocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace leanlab

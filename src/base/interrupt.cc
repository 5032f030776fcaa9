// The stop flag behind an eventfd, and the signal handler that raises it.
#include "base/interrupt.h"

#include <cerrno>
#include <csignal>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace leanlab {

Interrupt::Interrupt() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  INVARIANT(event_.get() >= 0);
}

void Interrupt::raise(int signal_number) noexcept {
  const int saved = errno;
  int none = 0;
  signal_.compare_exchange_strong(none, signal_number);
  raised_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  static_cast<void>(!::write(event_.get(), &one, sizeof one));
  errno = saved;
}

bool Interrupt::wait_for(std::chrono::milliseconds duration) const {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (!raised()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd event{event_.get(), POLLIN, 0};
    ::poll(&event, 1, static_cast<int>(std::min<std::int64_t>(left, 1'000'000)));
  }
  return true;
}

Status Interrupt::check() const {
  if (!raised()) return {};
  return fail(ErrorCode::interrupted, "interrupted");
}

namespace {
std::atomic<Interrupt*> g_signalled{nullptr};
void on_signal(int number) {
  if (Interrupt* interrupt = g_signalled.load()) interrupt->raise(number);
}
}  // namespace

void raise_on_signals(Interrupt& interrupt) {
  g_signalled.store(&interrupt);
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace leanlab

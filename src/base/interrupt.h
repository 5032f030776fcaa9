// Interrupt: "stop now", as a flag that can be polled. One per run; signals and `leanlab stop` raise it.
#pragma once

#include <atomic>
#include <chrono>

#include "base/fd.h"
#include "base/result.h"

namespace leanlab {

/// Raised once, from any thread or a signal handler; everything that waits watches `fd()` or `raised()`.
class Interrupt {
 public:
  Interrupt();
  /// Async-signal-safe. `signal_number` is 0 when no signal was the cause.
  void raise(int signal_number = 0) noexcept;
  [[nodiscard]] bool raised() const noexcept { return raised_.load(std::memory_order_acquire); }
  [[nodiscard]] int signal_number() const noexcept { return signal_.load(std::memory_order_acquire); }
  /// Becomes readable, and stays so, when raised: for poll(2).
  [[nodiscard]] int fd() const { return event_.get(); }
  /// Sleeps, or returns early (true) when raised.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds duration) const;
  /// The error `interrupted` when raised.
  [[nodiscard]] Status check() const;

 private:
  Fd event_;
  std::atomic<bool> raised_{false};
  std::atomic<int> signal_{0};
};

/// Routes SIGINT, SIGTERM and SIGHUP of this process to `interrupt`, and ignores SIGPIPE. Call once, from
/// main.
void raise_on_signals(Interrupt& interrupt);

}  // namespace leanlab

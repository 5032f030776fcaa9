// Signals: whom a signal of the command's is for, and sending it in the command's place where Landlock does not confine signals.
#pragma once

#include <cstdint>

#include <sys/types.h>

namespace leanlab::helper {

/// Whether a signal to `target`, as kill(2) means it, is for somebody whom the command did not start. What it started and has ended
/// is nobody.
bool is_to_others(std::int32_t target);

/// kill(2) as `caller` would do it, to nobody but what the command started. Of its group never to the caller itself, whose call would be broken off by
/// it and begin anew: `to_caller` says that it is one of those meant, for after the answer. Returns an errno: 0 when it was sent, EPERM when
/// it is for others.
int send_signal(pid_t caller, std::int32_t target, int number, bool& to_caller);

/// Sends it to one process of the command's. Returns an errno.
int send_to(pid_t process, int number);

/// The process of a thread; 0 when it cannot be told.
pid_t process_of(pid_t thread);

}  // namespace leanlab::helper

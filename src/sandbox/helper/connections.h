// Connections: where a connect(2) of a command in a world of its own would lead, so that what leads nowhere is told.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace leanlab::helper {

/// "93.184.216.34:443", "127.0.0.1:8080", "[::1]:80": an address at which nobody answers in the caller's own network. Empty:
/// the kernel is to decide, because somebody listens there, it is no internet address, or it cannot be read. Evidence only: what
/// holds the command is its network namespace, so it does not matter that the address may change after it was read.
std::string leads_nowhere(pid_t caller, std::uint64_t address, std::uint64_t length);

}  // namespace leanlab::helper

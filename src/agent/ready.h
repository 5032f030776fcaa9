// Ready: which agent works when nobody names one.
#pragma once

#include <string>

namespace leanlab::agent {

/// The first backend of the table whose program is installed and which is known to be logged in; empty: there is none.
/// Asks each program for its version, so it may take some tenths of a second.
[[nodiscard]] std::string ready_agent();

}  // namespace leanlab::agent

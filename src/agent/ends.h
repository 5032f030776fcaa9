// Ends: what providers and tools say when they do not go on, and what that means for the turn.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/agent.h"
#include "base/clock.h"

namespace leanlab::agent {

/// What a message of a failure means. `status` is the HTTP status where it is known, else 0. Only limits, overload, login and
/// credit are told apart; all else is `failed`.
[[nodiscard]] TurnEnd end_of(int status, std::string_view message);
/// Whether a *reply* is no reply but a limit that was reported as success: a short text that begins like one.
[[nodiscard]] std::optional<TurnEnd> limit_in_disguise(std::string_view reply);
/// The time after which to try again, where the message holds one ("limit reached|1764003600").
[[nodiscard]] std::optional<UtcTime> reset_time(std::string_view message, UtcTime now = system_clock().now());
/// Sets how `turn` ended and says it plainly; `login` is the command by which a person logs in.
void set_end(Turn& turn, TurnEnd end, std::string_view agent, std::string_view message,
             std::string_view login);

}  // namespace leanlab::agent

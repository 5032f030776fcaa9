// Clock: time is injected where decisions are made, so that the loop is tested without waiting.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace leanlab {

using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time, for records. May jump.
  [[nodiscard]] virtual UtcTime now() const = 0;
  /// Time that neither jumps nor counts while the machine is suspended, for limits and durations.
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

/// The machine's clocks.
[[nodiscard]] const Clock& system_clock();

/// "2026-11-23T09:22:00.123Z".
[[nodiscard]] std::string iso8601(UtcTime time);
/// Reads ISO 8601 with "Z" or an offset ("2024-06-21T10:00:00+02:00"; fractions allowed). Errors:
/// misconfigured.
[[nodiscard]] Result<UtcTime> parse_iso8601(std::string_view text);
/// Month and day as 0.2.1's tag: "jun21", in local time.
[[nodiscard]] std::string month_day_tag(UtcTime time);
/// "14:03:07" in local time.
[[nodiscard]] std::string local_clock_time(UtcTime time);
/// "2026-11-23 10:22:00 +0100": a stored time for people, in local time; what cannot be read stays as it is.
[[nodiscard]] std::string local_time_of(const std::string& iso);
/// For people: "850 ms", "4.2 s", "3 min 20 s", "2 h 05 min".
[[nodiscard]] std::string human_duration(std::chrono::milliseconds duration);

}  // namespace leanlab

// The machine's clocks, and times as text.
#include "base/clock.h"

#include <cctype>
#include <cstdio>
#include <ctime>

namespace leanlab {

namespace {

class SystemClock final : public Clock {
 public:
  UtcTime now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  // CLOCK_MONOTONIC, which steady_clock reads on Linux, stands still while the machine is suspended.
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

std::tm local_time(UtcTime time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string iso8601(UtcTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Result<UtcTime> parse_iso8601(std::string_view text) {
  const std::string copy(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  const auto bad = [&] { return fail(ErrorCode::misconfigured, "{} is not an ISO 8601 time", copy); };
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
                  &second, &used) != 6)
    return bad();
  std::size_t at = static_cast<std::size_t>(used);
  int milliseconds = 0;
  if (at < copy.size() && copy[at] == '.') {
    int scale = 100;
    for (++at; at < copy.size() && std::isdigit(static_cast<unsigned char>(copy[at])) != 0; ++at, scale /= 10)
      milliseconds += (copy[at] - '0') * scale;
  }
  std::chrono::minutes offset{0};
  if (at < copy.size() && (copy[at] == '+' || copy[at] == '-')) {
    int hours = 0, minutes = 0;
    const char* zone = copy.c_str() + at + 1;
    if (std::sscanf(zone, "%2d:%2d", &hours, &minutes) != 2 &&
        std::sscanf(zone, "%2d%2d", &hours, &minutes) != 2)
      return bad();
    offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    if (copy[at] == '-') offset = -offset;
  } else if (at != copy.size() && copy.substr(at) != "Z") {
    return bad();
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return bad();
  return UtcTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::milliseconds(milliseconds) - offset;
}

std::string month_day_tag(UtcTime time) {
  static constexpr const char* k_months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                             "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::tm parts = local_time(time);
  return fmt::format("{}{}", k_months[parts.tm_mon], parts.tm_mday);
}

std::string local_clock_time(UtcTime time) {
  const std::tm parts = local_time(time);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string local_time_of(const std::string& iso) {
  const auto time = parse_iso8601(iso);
  if (!time) return iso;
  const std::tm parts = local_time(*time);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &parts)};
}

std::string human_duration(std::chrono::milliseconds duration) {
  const auto total = duration.count();
  if (total < 1000) return fmt::format("{} ms", total);
  if (total < 60'000) return fmt::format("{:.1f} s", static_cast<double>(total) / 1000.0);
  const auto seconds = total / 1000;
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

}  // namespace leanlab

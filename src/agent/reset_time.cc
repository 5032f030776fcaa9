// When a limit is over, as providers and their tools put it: "…reached|1764003600", "resets 3pm", "resets Oct 7, 3:30pm (UTC)",
// "try again in 2 hours 5 minutes". The tools run with UTC as their zone and people's wrappers with this machine's: a time
// of day without a zone is the next moment that fits one of the two. If that was too early, the agent says so again.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <ctime>

#include "agent/ends.h"
#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::int64_t k_day_s = 86'400;
constexpr double k_longest_s = 400.0 * k_day_s;
constexpr std::size_t k_searched = 4096;

/// Reads words and numbers from the beginning of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(std::string_view word) {
    skip();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::optional<double> number() {
    skip();
    const std::string digits(text_.substr(0, 20));
    if (digits.empty() || std::isdigit(static_cast<unsigned char>(digits[0])) == 0) return std::nullopt;
    std::size_t length = 0;
    while (length < digits.size() &&
           (std::isdigit(static_cast<unsigned char>(digits[length])) != 0 || digits[length] == '.'))
      ++length;
    text_.remove_prefix(length);
    return std::strtod(digits.substr(0, length).c_str(), nullptr);
  }
  std::string word() {
    skip();
    std::size_t length = 0;
    while (length < text_.size() && std::isalpha(static_cast<unsigned char>(text_[length])) != 0) ++length;
    const std::string result(text_.substr(0, length));
    text_.remove_prefix(length);
    return result;
  }
  [[nodiscard]] std::string_view rest() {
    skip();
    return text_;
  }

 private:
  void skip() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == ',')) text_.remove_prefix(1);
  }
  std::string_view text_;
};

std::optional<double> seconds_of_unit(const std::string& unit) {
  if (unit == "ms" || unit == "millisecond" || unit == "milliseconds") return 0.001;
  if (unit == "s" || unit == "sec" || unit == "secs" || unit == "second" || unit == "seconds") return 1;
  if (unit == "m" || unit == "min" || unit == "mins" || unit == "minute" || unit == "minutes") return 60;
  if (unit == "h" || unit == "hr" || unit == "hrs" || unit == "hour" || unit == "hours") return 3600;
  if (unit == "d" || unit == "day" || unit == "days") return static_cast<double>(k_day_s);
  return std::nullopt;
}

/// "1m30s", "2 hours and 5 minutes".
std::optional<UtcTime> after_duration(std::string_view text, UtcTime now) {
  Scanner scanner(text);
  double seconds = 0;
  bool any = false;
  while (true) {
    static_cast<void>(scanner.take("and "));
    Scanner ahead = scanner;
    const auto count = ahead.number();
    const auto unit = count ? seconds_of_unit(ahead.word()) : std::nullopt;
    if (!unit) break;
    seconds += *count * *unit;
    any = true;
    scanner = ahead;
  }
  if (!any || seconds > k_longest_s) return std::nullopt;
  return now + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// A moment of the calendar; without day and month it is one of every day.
struct Moment {
  int month = -1, day = 0, year = 0, hour = 0, minute = 0;
};

std::optional<Moment> read_moment(Scanner& scanner) {
  static constexpr const char* k_months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                             "jul", "aug", "sep", "oct", "nov", "dec"};
  Moment moment;
  Scanner ahead = scanner;
  if (const std::string word = ahead.word(); word.size() >= 3) {
    const auto found = std::find(std::begin(k_months), std::end(k_months), word.substr(0, 3));
    const auto day = ahead.number();
    if (found == std::end(k_months) || !day || *day < 1 || *day > 31) return std::nullopt;
    moment.month = static_cast<int>(found - std::begin(k_months));
    moment.day = static_cast<int>(*day);
    for (const char* ending : {"st", "nd", "rd", "th"}) static_cast<void>(ahead.take(ending));
    scanner = ahead;
    if (const auto year = ahead.number(); year && *year >= 2020 && *year < 2100) {
      moment.year = static_cast<int>(*year);
      scanner = ahead;
    }
    static_cast<void>(scanner.take("at "));
  }
  const auto hour = scanner.number();
  if (!hour || *hour > 24 || *hour != static_cast<int>(*hour)) return std::nullopt;
  moment.hour = static_cast<int>(*hour);
  bool is_clock = false;
  if (scanner.rest().starts_with(':')) {
    static_cast<void>(scanner.take(":"));
    const auto minute = scanner.number();
    if (!minute || *minute > 59) return std::nullopt;
    moment.minute = static_cast<int>(*minute);
    is_clock = true;
  }
  const bool pm = scanner.take("pm") || scanner.take("p.m.");
  if (pm || scanner.take("am") || scanner.take("a.m.")) {
    if (moment.hour < 1 || moment.hour > 12) return std::nullopt;
    moment.hour = moment.hour % 12 + (pm ? 12 : 0);
  } else if (!is_clock) {
    return std::nullopt;  // "resets 3 of them"
  }
  return moment;
}

enum class Zone { utc, local };

/// The first time not before `now` that the moment names in a zone.
std::optional<UtcTime> next_time(const Moment& moment, UtcTime now, Zone zone) {
  const std::time_t today = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  for (int later = -1; later <= 366; ++later) {
    std::time_t day = today + later * k_day_s;
    std::tm parts{};
    if (zone == Zone::utc)
      ::gmtime_r(&day, &parts);
    else
      ::localtime_r(&day, &parts);
    if (moment.month >= 0 && (parts.tm_mon != moment.month || parts.tm_mday != moment.day)) continue;
    if (moment.year != 0 && parts.tm_year + 1900 != moment.year) continue;
    parts.tm_hour = moment.hour;
    parts.tm_min = moment.minute;
    parts.tm_sec = 0;
    parts.tm_isdst = -1;
    const std::time_t at = zone == Zone::utc ? ::timegm(&parts) : ::mktime(&parts);
    if (at >= today) return UtcTime(std::chrono::seconds(at));
  }
  return std::nullopt;
}

std::optional<UtcTime> at_moment(std::string_view text, UtcTime now) {
  Scanner scanner(text);
  const auto moment = read_moment(scanner);
  if (!moment) return std::nullopt;
  std::string_view zone = scanner.rest();
  if (zone.starts_with('(')) {
    zone = zone.substr(1, zone.find(')') - 1);
    if (zone == "utc" || zone == "gmt" || zone == "etc/utc") return next_time(*moment, now, Zone::utc);
    return std::nullopt;  // a zone that we do not know: pauses of our own
  }
  if (zone.starts_with("utc") || zone.starts_with("gmt")) return next_time(*moment, now, Zone::utc);
  const auto in_utc = next_time(*moment, now, Zone::utc);
  const auto here = next_time(*moment, now, Zone::local);
  if (!in_utc || !here) return in_utc ? in_utc : here;
  return std::min(*in_utc, *here);
}

std::optional<UtcTime> after_bar(std::string_view message) {
  const std::size_t bar = message.find('|');
  if (bar == std::string_view::npos) return std::nullopt;
  const std::string digits(trim(message.substr(bar + 1, 20)));
  char* rest = nullptr;
  const long long seconds = std::strtoll(digits.c_str(), &rest, 10);
  constexpr long long k_2020 = 1577836800, k_2100 = 4102444800;
  if (rest == digits.c_str() || seconds < k_2020 || seconds > k_2100) return std::nullopt;
  return UtcTime(std::chrono::seconds(seconds));
}

}  // namespace

std::optional<UtcTime> reset_time(std::string_view message, UtcTime now) {
  if (const auto at = after_bar(message)) return at;
  const std::string text = lower_ascii(std::string_view(message).substr(0, k_searched));
  for (const std::string_view words :
       {"try again in ", "retry in ", "retry after ", "resets in ", "reset in ", "available in ", "wait "}) {
    for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
      if (const auto found = after_duration(std::string_view(text).substr(at + words.size()), now))
        return found;
    }
  }
  for (const std::string_view words :
       {"resets at ", "reset at ", "resets on ", "resets ", "try again at ", "again at ", "until "}) {
    for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
      if (const auto found = at_moment(std::string_view(text).substr(at + words.size()), now)) return found;
    }
  }
  return std::nullopt;
}

}  // namespace leanlab::agent

// Words that the tools and providers use, found by trying each fault on the real ones. Lower case.
#include "agent/ends.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::size_t k_longest_limit_text = 400;

std::string lower(std::string_view text) {
  std::string result(text.substr(0, 4096));
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return result;
}

template <std::size_t N>
bool holds(const std::string& text, const char* const (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

constexpr const char* k_credit[] = {"credit balance",   "insufficient_quota",  "out of credit",
                                    "billing_error",    "billing hard limit",  "exceeded your current quota",
                                    "payment required", "insufficient credits"};
constexpr const char* k_login[] = {"not logged in",        "please run /login", "authentication_failed",
                                   "authentication_error", "invalid api key",   "invalid x-api-key",
                                   "incorrect api key",    "oauth token",       "token has expired",
                                   "401 unauthorized",     "unauthorized",      "please log in",
                                   "login required",       "missing bearer"};
constexpr const char* k_limit[] = {"rate limit",        "rate_limit",   "rate-limit",    "usage limit",
                                   "session limit",     "weekly limit", "monthly limit", "5-hour limit",
                                   "too many requests", "(429)",        "status 429",    "hit your limit",
                                   "limit reached",     "status: 429"};
constexpr const char* k_overload[] = {"overloaded",          "529",        "at capacity", "server is busy",
                                      "service unavailable", "high demand"};

const char* plainly(TurnEnd end) {
  switch (end) {
    case TurnEnd::rate_limited:
      return "has reached its rate limit";
    case TurnEnd::overloaded:
      return "cannot be served now, its model is overloaded";
    case TurnEnd::logged_out:
      return "is not logged in";
    case TurnEnd::out_of_credit:
      return "is out of credit";
    default:
      return "failed";
  }
}

}  // namespace

TurnEnd end_of(int status, std::string_view message) {
  const std::string text = lower(message);
  if (status == 402 || holds(text, k_credit)) return TurnEnd::out_of_credit;
  if (status == 429) return TurnEnd::rate_limited;
  if (status == 529 || status == 503 || status == 502 || status == 504) return TurnEnd::overloaded;
  if (status == 401 || status == 403) return TurnEnd::logged_out;
  if (status >= 400 && status < 500) return TurnEnd::failed;
  if (holds(text, k_limit)) return TurnEnd::rate_limited;
  if (holds(text, k_overload)) return TurnEnd::overloaded;
  if (holds(text, k_login)) return TurnEnd::logged_out;
  return TurnEnd::failed;
}

std::optional<TurnEnd> limit_in_disguise(std::string_view reply) {
  const std::string text = lower(trim(reply));
  if (text.empty() || text.size() > k_longest_limit_text || text.find('{') != std::string::npos)
    return std::nullopt;
  constexpr const char* k_beginnings[] = {"claude ai usage limit",
                                          "claude usage limit",
                                          "you've hit your",
                                          "you\u2019ve hit your",
                                          "usage limit reached",
                                          "rate limit",
                                          "api error",
                                          "5-hour limit",
                                          "you've reached your",
                                          "session limit",
                                          "weekly limit",
                                          "error: 429",
                                          "429 ",
                                          "overloaded",
                                          "credit balance",
                                          "not logged in",
                                          "invalid api key",
                                          "please run /login",
                                          "stream error",
                                          "error: rate limit"};
  const bool begins = std::any_of(std::begin(k_beginnings), std::end(k_beginnings),
                                  [&](const char* beginning) { return text.starts_with(beginning); });
  if (!begins) return std::nullopt;
  const TurnEnd end = text.starts_with("you") ? TurnEnd::rate_limited : end_of(0, text);
  return end;
}

std::optional<UtcTime> reset_time(std::string_view message) {
  const std::size_t bar = message.find('|');
  if (bar == std::string_view::npos) return std::nullopt;
  const std::string digits(trim(message.substr(bar + 1, 20)));
  char* rest = nullptr;
  const long long seconds = std::strtoll(digits.c_str(), &rest, 10);
  constexpr long long k_2020 = 1577836800, k_2100 = 4102444800;
  if (rest == digits.c_str() || seconds < k_2020 || seconds > k_2100) return std::nullopt;
  return UtcTime(std::chrono::seconds(seconds));
}

void set_end(Turn& turn, TurnEnd end, std::string_view agent, std::string_view message,
             std::string_view login) {
  turn.end = end;
  turn.failure = fmt::format("{} {}", agent, plainly(end));
  if (const std::string said(trim(message)); !said.empty()) turn.failure += ": " + clip(printable(said), 300);
  if (end == TurnEnd::logged_out) turn.next = fmt::format("log in with: {}", login);
  if (end == TurnEnd::out_of_credit) turn.next = "add credit, or choose another agent with --agent";
  if (!turn.retry_at && is_parked(end)) turn.retry_at = reset_time(message);
}

}  // namespace leanlab::agent

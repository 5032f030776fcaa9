// Words that the tools and providers use, found by trying each fault on the real ones. Lower case.
#include "agent/ends.h"

#include <algorithm>
#include <cctype>

#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::size_t k_longest_limit_text = 400;

constexpr std::size_t k_searched_words = 4096;

template <std::size_t N>
bool holds(const std::string& text, const char* const (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

constexpr const char* k_credit[] = {"credit balance",   "insufficient_quota", "out of credit",
                                    "billing_error",    "billing hard limit", "exceeded your current quota",
                                    "payment required", "quota exceeded",     "insufficient credits"};
constexpr const char* k_login_words[] = {
    "not logged in",     "please run /login", "authentication_failed", "authentication_error",
    "invalid api key",   "invalid x-api-key", "incorrect api key",     "oauth token",
    "token has expired", "401 unauthorized",  "unauthorized",          "please log in",
    "login required",    "missing bearer",    "sign in again",         "could not be refreshed"};
constexpr const char* k_limit[] = {"rate limit",        "rate_limit",   "rate-limit",    "usage limit",
                                   "session limit",     "weekly limit", "monthly limit", "5-hour limit",
                                   "too many requests", "(429)",        "status 429",    "hit your limit",
                                   "limit reached",     "status: 429"};
constexpr const char* k_overload[] = {"overloaded",          "529",        "at capacity", "server is busy",
                                      "service unavailable", "high demand"};

/// The HTTP status that a tool tells in words: "unexpected status 403 Forbidden", "API Error: 529 …"; 0: none.
int status_in(const std::string& text) {
  for (const std::string_view words :
       {"status ", "status: ", "status code ", "http ", "api error: ", "error code: "}) {
    const std::size_t at = text.find(words);
    if (at == std::string::npos) continue;
    const std::string digits = text.substr(at + words.size(), 4);
    const bool number = digits.size() >= 3 && (digits[0] == '4' || digits[0] == '5') &&
                        std::isdigit(static_cast<unsigned char>(digits[1])) != 0 &&
                        std::isdigit(static_cast<unsigned char>(digits[2])) != 0 &&
                        (digits.size() == 3 || std::isdigit(static_cast<unsigned char>(digits[3])) == 0);
    if (number) return (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  }
  return 0;
}

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
  const std::string text = lower_ascii(std::string_view(message).substr(0, k_searched_words));
  if (status == 0) status = status_in(text);
  if (status == 402 || holds(text, k_credit)) return TurnEnd::out_of_credit;
  if (status == 429) return TurnEnd::rate_limited;
  if (status == 529 || status == 503 || status == 502 || status == 504) return TurnEnd::overloaded;
  if (status == 401 || status == 403) return TurnEnd::logged_out;
  if (status >= 400 && status < 500) return TurnEnd::failed;
  if (holds(text, k_limit)) return TurnEnd::rate_limited;
  if (holds(text, k_overload)) return TurnEnd::overloaded;
  if (holds(text, k_login_words)) return TurnEnd::logged_out;
  return TurnEnd::failed;
}

std::optional<TurnEnd> limit_in_disguise(std::string_view reply) {
  const std::string text = lower_ascii(trim(reply).substr(0, k_searched_words));
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

// libcurl 7.88: no pausing and no Accept-Encoding on streams, both have defects there. The progress callback, called at least
// once a second, is how an interrupt and silence are seen.
#include "agent/http/client.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/strings.h"

namespace leanlab::agent {

namespace {

struct Transfer {
  const std::function<void(std::string_view)>& on_data;
  const Interrupt& interrupt;
  std::chrono::milliseconds silence;
  HttpAnswer answer;
  SteadyTime last = system_clock().steady();
  bool silent = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.last = system_clock().steady();
  transfer.on_data(std::string_view(data, size * count));
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.last = system_clock().steady();
  const std::string_view line(data, size * count);
  if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    transfer.answer.headers[name] = std::string(trim(line.substr(colon + 1)));
  }
  return size * count;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.silent = system_clock().steady() - transfer.last > transfer.silence;
  return transfer.silent || transfer.interrupt.raised() ? 1 : 0;
}

struct Cleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

Result<HttpAnswer> post(const HttpPost& request, const std::function<void(std::string_view)>& on_data,
                        const Interrupt& interrupt) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  TRY(interrupt.check());
  const std::unique_ptr<CURL, Cleanup> handle(curl_easy_init());
  if (!handle) return fail(ErrorCode::internal, "libcurl does not start");
  std::unique_ptr<curl_slist, Cleanup> headers;
  const auto add_header = [&](const std::string& line) {
    curl_slist* list = curl_slist_append(headers.get(), line.c_str());
    static_cast<void>(headers.release());
    headers.reset(list);
  };
  add_header("content-type: application/json");
  add_header("expect:");
  for (const std::string& line : request.headers) add_header(line);
  Transfer transfer{on_data, interrupt, request.silence, {}, system_clock().steady(), false};
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect.count()));
  if (request.limit.count() > 0)
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.limit.count()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  const CURLcode code = curl_easy_perform(curl);
  TRY(interrupt.check());
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  if (transfer.silent) {
    transfer.answer.expired = true;
    transfer.answer.trouble = "it said nothing for " + human_duration(request.silence) +
                              "; LEANLAB_AGENT_CLOCKS=FIRST,SILENCE, in seconds, gives it more time";
  } else if (code == CURLE_OPERATION_TIMEDOUT && request.limit.count() > 0) {
    transfer.answer.expired = true;
    transfer.answer.trouble = "the time of the turn is over";
  } else if (code != CURLE_OK) {
    transfer.answer.trouble = curl_easy_strerror(code);
  }
  return std::move(transfer.answer);
}

std::optional<std::chrono::milliseconds> retry_after(const HttpAnswer& answer) {
  constexpr double k_longest_s = 1e7;
  const auto number = [&](const char* name, double unit_s) -> std::optional<std::chrono::milliseconds> {
    const auto found = answer.headers.find(name);
    if (found == answer.headers.end()) return std::nullopt;
    char* rest = nullptr;
    const double seconds = std::strtod(found->second.c_str(), &rest) * unit_s;
    if (rest == found->second.c_str() || !(seconds >= 0 && seconds < k_longest_s)) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  };
  if (const auto wait = number("retry-after-ms", 0.001)) return wait;
  if (const auto wait = number("retry-after", 1)) return wait;
  const auto date = answer.headers.find("retry-after");
  if (date == answer.headers.end()) return std::nullopt;
  const std::time_t at = curl_getdate(date->second.c_str(), nullptr);
  if (at < 0) return std::nullopt;
  const auto left = UtcTime(std::chrono::seconds(at)) - system_clock().now();
  return std::max(left, std::chrono::milliseconds(0));
}

void SseReader::add(std::string_view piece, const std::function<void(std::string_view)>& on_event) {
  open_.append(piece);
  std::size_t begin = 0;
  for (std::size_t end = open_.find('\n'); end != std::string::npos; end = open_.find('\n', begin)) {
    const std::string_view line = trim(std::string_view(open_).substr(begin, end - begin));
    begin = end + 1;
    if (line.starts_with("data:")) on_event(trim(line.substr(5)));
  }
  open_.erase(0, begin);
}

}  // namespace leanlab::agent

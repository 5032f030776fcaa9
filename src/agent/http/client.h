// HTTP client: one POST whose answer is read as it comes. The only file that knows curl is beside this.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/interrupt.h"
#include "base/result.h"

namespace leanlab::agent {

struct HttpPost {
  std::string url;
  std::vector<std::string> headers;  ///< "name: value"
  std::string body;
  std::chrono::milliseconds connect{30'000};
  std::chrono::milliseconds silence{600'000};  ///< without a byte
  std::chrono::milliseconds limit{0};          ///< for all of it; 0: none
};

struct HttpAnswer {
  int status = 0;                              ///< 0: there was no answer; `trouble` says why
  std::map<std::string, std::string> headers;  ///< names in lower case
  bool expired = false;                        ///< silence or the limit ended it
  std::string trouble;  ///< "Connection refused"; empty when the answer came to its end
};

/// Sends and waits for the end of the answer, whose bytes go to `on_data` as they come. Errors: interrupted, internal.
/// Thread: any.
[[nodiscard]] Result<HttpAnswer> post(const HttpPost& request,
                                      const std::function<void(std::string_view)>& on_data,
                                      const Interrupt& interrupt);

/// How long the server wants to be left alone: `retry-after` in seconds or as a date, `retry-after-ms`; none: it does not say.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const HttpAnswer& answer);

/// Takes the `data:` of server-sent events out of a stream, whatever pieces it comes in.
class SseReader {
 public:
  void add(std::string_view piece, const std::function<void(std::string_view)>& on_event);

 private:
  std::string open_;
};

}  // namespace leanlab::agent

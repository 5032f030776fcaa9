// Context: writing answers.
#include "cli/context.h"

#include <cerrno>

#include <unistd.h>

#include "base/fd.h"
#include "base/strings.h"

namespace leanlab::cli {

void Context::print(std::string_view text) {
  while (printed_ && !reader_gone_ && !text.empty()) {
    const ssize_t written = ::write(out.fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      reader_gone_ = true;
    } else if (errno != EINTR) {
      printed_ = fail(errno_error(errno, "cannot write to stdout"));
    }
  }
}

void Context::print_json(const Json& value) {
  const bool pretty = output == Output::json && out.is_terminal;
  const std::string text = pretty ? to_pretty(value) : to_line(value) + "\n";
  print(out.is_terminal ? json_for_screen(text) : text);
}

void Context::say(std::string_view text) const {
  if (verbosity == Verbosity::quiet || wants_json()) return;
  static_cast<void>(write_all(err.fd, std::string(text) + "\n"));  // nobody to tell when stderr is gone
}

}  // namespace leanlab::cli

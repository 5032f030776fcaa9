// "leanlab-sandbox 1\n", then NUL-terminated key=value fields until the end of file.
#include "report.h"

#include <cerrno>
#include <csignal>

#include <sys/socket.h>
#include <sys/wait.h>

namespace leanlab::helper {
namespace {

class Message {
 public:
  void add(const char* key, const std::string& value) {
    text_ += key;
    text_ += '=';
    text_ += value;
    text_.push_back('\0');
  }
  void add(const char* key, std::uint64_t value) { add(key, std::to_string(value)); }

  void send(int control) const {
    const char* at = text_.data();
    std::size_t left = text_.size();
    while (left > 0) {
      const ssize_t sent = ::send(control, at, left, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return;  // the supervisor is gone: nobody to tell
      at += sent;
      left -= static_cast<std::size_t>(sent);
    }
  }

 private:
  std::string text_ = "leanlab-sandbox 1\n";
};

const char* name(End end) {
  switch (end) {
    case End::exited:
      return "exited";
    case End::signalled:
      return "signalled";
    case End::wall_limit:
      return "wall_limit";
    case End::cpu_limit:
      return "cpu_limit";
    case End::memory_limit:
      return "memory_limit";
    case End::process_limit:
      return "process_limit";
    case End::stopped:
      return "stopped";
  }
  return "exited";
}

}  // namespace

void send_report(int control, const Report& report, Tier tier) {
  Message message;
  message.add("end", name(report.end));
  if (WIFEXITED(report.wait_status))
    message.add("exit", static_cast<std::uint64_t>(WEXITSTATUS(report.wait_status)));
  if (WIFSIGNALED(report.wait_status))
    message.add("signal", static_cast<std::uint64_t>(WTERMSIG(report.wait_status)));
  message.add("wall_us", report.wall_us);
  message.add("cpu_us", report.cpu_us);
  message.add("rss_bytes", report.rss_bytes);
  message.add("leftovers", report.leftovers);
  message.add("survivors", report.survivors);
  for (const auto& [call, count] : report.denied) message.add("denied", call + ":" + std::to_string(count));
  message.add("tier", tier == Tier::A ? "A" : tier == Tier::B ? "B" : "C");
  message.send(control);
}

void send_setup_error(int control, const SetupError& error) {
  Message message;
  message.add("error", error.step);
  message.add("what", error.what);
  message.add("errno", static_cast<std::uint64_t>(error.number));
  message.send(control);
}

}  // namespace leanlab::helper

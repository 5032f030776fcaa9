// The lock file of a lab: JSON that names its holder.
#include "metric/lab_lock.h"

#include <cerrno>
#include <csignal>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/json.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::metric {

namespace {

fs::path lock_path(const lab::Place& place) {
  return place.state / "lock";
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

std::string describe(const std::string& text) {
  const auto holder = parse_json(text);
  if (!holder || !holder->is_object()) return "another process";
  const auto since = parse_iso8601(holder->value("since", std::string()));
  return fmt::format("{}, process {} on {}{}", holder->value("what", std::string("a run")),
                     holder->value("pid", 0), holder->value("host", std::string("this machine")),
                     since ? ", since " + local_clock_time(*since) : std::string());
}

// The text of the lock if somebody holds it; empty otherwise.
std::string holder_text(const lab::Place& place) {
  if (!fs::exists(lock_path(place))) return {};
  const auto lock = FileLock::try_take(lock_path(place));
  if (lock || lock.error().code != ErrorCode::lab_busy) return {};
  return lock.error().context.empty() ? "{}" : lock.error().context.front();
}

tl::unexpected<Error> busy(const lab::Place& place, const std::string& text) {
  return fail(Error(ErrorCode::lab_busy, fmt::format("the lab {} is in use: {}", place.name, describe(text)))
                  .then(fmt::format("wait for it, or end it with: leanlab stop {}",
                                    join_command(std::vector{place.name}))));
}

}  // namespace

Status expect_free(const lab::Place& place) {
  const std::string text = holder_text(place);
  return text.empty() ? Status() : busy(place, text);
}

Result<FileLock> lock_lab(const lab::Place& place, const std::string& what, const Clock& clock) {
  TRY(make_directories(place.state), "preparing the state of {}", place.name);
  auto lock = FileLock::try_take(lock_path(place));
  if (!lock && lock.error().code == ErrorCode::lab_busy)
    return busy(place, lock.error().context.empty() ? std::string() : lock.error().context.front());
  TRY_ASSIGN(FileLock held, std::move(lock));
  const Json holder{
      {"what", what}, {"pid", ::getpid()}, {"host", host_name()}, {"since", iso8601(clock.now())}};
  TRY(held.describe(to_line(holder)));
  return held;
}

std::string lab_holder(const lab::Place& place) {
  const std::string text = holder_text(place);
  return text.empty() ? text : describe(text);
}

Result<int> stop_run(const lab::Place& place) {
  const auto nothing = [&] {
    return fail(Error(ErrorCode::not_found, fmt::format("nothing is running in {}", place.name))
                    .then(fmt::format("leanlab status")));
  };
  const std::string text = holder_text(place);
  if (text.empty()) return nothing();
  const auto holder = parse_json(text);
  const int pid = holder && holder->is_object() ? holder->value("pid", 0) : 0;
  if (pid <= 0) return nothing();
  if (holder->value("host", std::string()) != host_name()) {
    return fail(ErrorCode::io, "{} runs on another machine, {}: stop it there", place.name,
                holder->value("host", std::string("?")));
  }
  TRY(signal_process(pid, SIGINT), "stopping the run of {}", place.name);
  return pid;
}

}  // namespace leanlab::metric

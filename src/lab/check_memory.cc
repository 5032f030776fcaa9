// What the preflight remembers: that the lab's commands passed their trials as everything now is.
#include "lab/check_memory.h"

#include <chrono>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "sandbox/probe.h"

namespace leanlab::lab {

namespace {

// Changes when the trials do.
constexpr int k_check_version = 1;
// Installed packages are no part of a seal, so that what was seen does not count for ever.
constexpr std::chrono::hours k_counts_for{24};

fs::path check_memory(const Place& place) {
  return place.state / "checked.json";
}

/// Everything known that the outcome of the trials depends on; empty: not known.
std::string key_of(const CheckRun& run) {
  if (!run.seal || !run.judging || run.sample.empty()) return {};
  const auto sample = sha256_file(run.place.folder / run.sample);
  if (!sample) return {};
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", k_check_version, run.seal->id,
                                run.config.validate_cmd, run.sample, *sample, name(run.judging->level),
                                static_cast<int>(sandbox::probe().tier)));
}

}  // namespace

bool passed_before(const CheckRun& run) {
  std::error_code error;
  const std::string key = key_of(run);
  if (key.empty() || !fs::exists(check_memory(run.place), error)) return false;
  const auto json = read_json(check_memory(run.place).string());
  if (!json || !json->is_object()) return false;
  const auto text = [&](const char* field) {
    return json->contains(field) && (*json)[field].is_string() ? (*json)[field].get<std::string>()
                                                               : std::string();
  };
  const auto at = parse_iso8601(text("at"));
  const auto now = system_clock().now();
  return text("key") == key && at && *at <= now && now - *at < k_counts_for;
}

void remember_passed(const CheckRun& run) {
  const std::string key = key_of(run);
  if (key.empty() || !fs::exists(run.place.state)) return;  // a lab without a book finds out again
  static_cast<void>(write_file(check_memory(run.place),
                               to_pretty(Json{{"key", key}, {"at", iso8601(system_clock().now())}})));
}

}  // namespace leanlab::lab

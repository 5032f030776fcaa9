// LiveLog: what an evaluator or an agent says while it runs, in a file of the lab's state that exists only meanwhile, so that
// `log --follow` can show it. A convenience: the record's own copy is what counts, and nothing fails when this cannot be
// written.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "lab/project.h"

namespace leanlab::lab {

/// One that is written. Thread: any.
class LiveLog {
 public:
  /// `id`: an experiment's number, or a turn's `s-…`.
  LiveLog(const Place& place, const std::string& id);
  ~LiveLog();
  LiveLog(const LiveLog&) = delete;
  LiveLog& operator=(const LiveLog&) = delete;
  /// Adds a piece of text; after some megabytes the rest is left out.
  void add(std::string_view text);

 private:
  std::filesystem::path file_;
  std::mutex mutex_;
  Fd fd_;
  std::uint64_t written_ = 0;
};

/// One that is read while it grows.
class LiveTail {
 public:
  /// None: nothing of that name is under way.
  [[nodiscard]] static std::optional<LiveTail> open(const Place& place, const std::string& id);
  /// What came since the last call.
  [[nodiscard]] std::string more();
  /// Whether its writer is through: more() once more yields the rest.
  [[nodiscard]] bool ended() const;

 private:
  explicit LiveTail(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
  std::uint64_t at_ = 0;
};

/// What is under way, by id.
[[nodiscard]] std::vector<std::string> live_logs(const Place& place);
/// Removes what a run that was killed left. Only while the lab's lock is held.
void clear_live_logs(const Place& place);

}  // namespace leanlab::lab

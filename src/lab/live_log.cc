// The files of state/labs/<lab>/live/.
#include "lab/live_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fs.h"

namespace leanlab::lab {

namespace {

constexpr std::uint64_t k_most_bytes = 8u << 20;
constexpr std::size_t k_shown_at_once = 1u << 20;

fs::path live_folder(const Place& place) {
  return place.state / "live";
}

}  // namespace

LiveLog::LiveLog(const Place& place, const std::string& id) : file_(live_folder(place) / (id + ".log")) {
  if (!make_directories(file_.parent_path())) return;
  if (auto opened = open_file(file_, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND)) fd_ = std::move(*opened);
}

LiveLog::~LiveLog() {
  std::error_code ignored;
  if (fd_) fs::remove(file_, ignored);
}

void LiveLog::add(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!fd_ || written_ >= k_most_bytes) return;
  written_ += text.size();
  // A full disk is told by what must be written.
  if (!write_all(fd_.get(), text)) written_ = k_most_bytes;
  if (written_ >= k_most_bytes)
    static_cast<void>(write_all(fd_.get(), "\n[the rest is not shown while it runs]\n"));
}

std::optional<LiveTail> LiveTail::open(const Place& place, const std::string& id) {
  auto fd = open_file(live_folder(place) / (id + ".log"), O_RDONLY);
  if (!fd) return std::nullopt;
  return LiveTail(std::move(*fd));
}

std::string LiveTail::more() {
  auto piece = read_at(fd_.get(), at_, k_shown_at_once);
  if (!piece) return {};
  at_ += piece->size();
  return std::move(*piece);
}

bool LiveTail::ended() const {
  struct stat status{};
  return ::fstat(fd_.get(), &status) != 0 || status.st_nlink == 0;
}

std::vector<std::string> live_logs(const Place& place) {
  std::vector<std::string> ids;
  if (const auto names = list_directory(live_folder(place)))
    for (const std::string& name : *names)
      if (name.ends_with(".log")) ids.push_back(name.substr(0, name.size() - 4));
  return ids;
}

void clear_live_logs(const Place& place) {
  static_cast<void>(remove_tree(live_folder(place)));
}

}  // namespace leanlab::lab

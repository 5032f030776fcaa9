// The deepest rule above a path decides, as it does in the view.
#include "watched_files.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

namespace leanlab::helper {
namespace {

bool is_at_or_below(const std::string& path, const std::string& place) {
  return path.compare(0, place.size(), place) == 0 &&
         (path.size() == place.size() || path[place.size()] == '/' || place == "/");
}

std::size_t depth_of_watch(const Request& request, const std::string& path) {
  std::size_t depth = 0;
  for (const std::string& place : request.watch) {
    if (is_at_or_below(path, place)) depth = std::max(depth, place.size());
  }
  return depth;
}

std::size_t depth_of_permit(const Request& request, const FileCall& call) {
  std::size_t depth = is_at_or_below(call.path, request.tmp) ? request.tmp.size() : 0;
  for (const PathRule& rule : request.paths) {
    const bool permits =
        rule.kind == PathRule::Kind::write || (rule.kind == PathRule::Kind::read && !call.writes());
    if (permits && is_at_or_below(call.path, rule.path)) depth = std::max(depth, rule.path.size());
  }
  return depth;
}

// What is to be created need not be there, but its folder must.
bool is_there(const FileCall& call) {
  struct stat status{};
  if (::lstat(call.path.c_str(), &status) == 0) return !S_ISDIR(status.st_mode);
  const std::string folder = call.path.substr(0, call.path.rfind('/') + 1);
  return (call.flags & O_CREAT) != 0 && ::lstat(folder.c_str(), &status) == 0;
}

std::string printable(const std::string& path) {
  constexpr std::size_t k_most = 200;
  std::string text = path.size() <= k_most ? path : "..." + path.substr(path.size() - k_most);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

}  // namespace

std::string kept_file(const Request& request, const FileCall& call) {
  if (call.kind == FileCall::Kind::open && (call.flags & (O_DIRECTORY | O_PATH)) != 0) return "";
  const std::size_t watched = depth_of_watch(request, call.path);
  if (watched == 0 || call.path.find("/__pycache__/") != std::string::npos) return "";
  if (depth_of_permit(request, call) >= watched || !is_there(call)) return "";
  return (call.writes() ? "change " : "open ") + printable(call.path);
}

}  // namespace leanlab::helper

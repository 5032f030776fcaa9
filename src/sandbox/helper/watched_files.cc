// The deepest rule above a path decides, as it does in the view.
#include "watched_files.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

#include "caller.h"
#include "process_tree.h"

namespace leanlab::helper {
namespace {

std::size_t depth_of_watch(const Request& request, const std::string& path) {
  std::size_t depth = 0;
  for (const std::string& place : request.watch) {
    if (is_at_or_below(path, place)) depth = std::max(depth, place.size());
  }
  return depth;
}

enum class Wish { read, write };

std::size_t depth_of_permit(const Request& request, const std::string& path, Wish wish) {
  std::size_t depth = is_at_or_below(path, request.tmp) ? request.tmp.size() : 0;
  for (const PathRule& rule : request.paths) {
    const bool permits =
        rule.kind == PathRule::Kind::write || (rule.kind == PathRule::Kind::read && wish == Wish::read);
    if (permits && is_at_or_below(path, rule.path)) depth = std::max(depth, rule.path.size());
  }
  return depth;
}

/// Python asks for "/lab/__pycache__/model.cpython-311.pyc" when it may read "/lab/model.py"; empty for what is no such thing.
std::string source_of_cache(const std::string& path) {
  static constexpr char k_caches[] = "/__pycache__";
  const std::size_t at = path.rfind(k_caches);
  if (at == std::string::npos) return "";
  const std::size_t name = at + std::strlen(k_caches) + 1;
  if (name >= path.size()) return path.substr(0, at);
  std::size_t end = path.find(".cpython-", name);
  if (end == std::string::npos) end = path.find('.', name);
  return path.substr(0, at + 1) + path.substr(name, end == std::string::npos ? end : end - name) + ".py";
}

bool is_folder_of_permitted(const Request& request, const std::string& path) {
  return std::any_of(request.paths.begin(), request.paths.end(), [&](const PathRule& rule) {
    return rule.kind != PathRule::Kind::hide && is_at_or_below(rule.path, path);
  });
}

enum class Found { nothing, file, folder };

// What is to be created need not be there, but its folder must.
Found what_is_there(const FileCall& call) {
  struct stat status{};
  if (::lstat(call.path.c_str(), &status) == 0) {
    if (call.kind == FileCall::Kind::entry)
      return Found::nothing;  // `mkdir -p` asks for each folder on its way
    return S_ISDIR(status.st_mode) ? Found::folder : Found::file;
  }
  const std::string folder = call.path.substr(0, call.path.rfind('/') + 1);
  const bool makes = call.writes() && (call.kind != FileCall::Kind::open || (call.flags & O_CREAT) != 0);
  return makes && ::lstat(folder.c_str(), &status) == 0 ? Found::file : Found::nothing;
}

std::string printable(const std::string& path) {
  constexpr std::size_t k_most = 200;
  std::string text = path.size() <= k_most ? path : "..." + path.substr(path.size() - k_most);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

/// Of /proc/PID, what nobody needs to know of a process that is not the command's. In tier A only its init is not.
bool is_of_another_process(const Request& request, const std::string& path) {
  if (path.compare(0, 6, "/proc/") != 0) return false;
  char* end = nullptr;
  const long pid = std::strtol(path.c_str() + 6, &end, 10);
  if (pid <= 0 || *end != '/') return false;
  const std::string rest(end + 1);
  const std::string what = rest.substr(0, rest.find('/'));
  static constexpr const char* k_secrets[] = {"mem",  "environ", "maps",    "smaps",     "auxv",         "fd",
                                              "root", "cwd",     "pagemap", "map_files", "oom_score_adj"};
  const bool secret =
      std::any_of(std::begin(k_secrets), std::end(k_secrets), [&](const char* name) { return what == name; });
  if (!secret) return false;
  return request.tier == Tier::A ? pid == 1 : !is_descendant(static_cast<pid_t>(pid));
}

/// Places that everybody may write to, or that are one's own: devices, shared memory, open descriptors, names of threads.
bool is_everybodys(const Request& request, const std::string& path) {
  static constexpr const char* k_devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                              "/dev/random", "/dev/urandom", "/dev/tty"};
  const auto is = [&](const auto& device) { return path == device; };
  if (std::any_of(std::begin(k_devices), std::end(k_devices), is) ||
      std::any_of(request.devices.begin(), request.devices.end(), is))
    return true;
  const bool of_proc = path.compare(0, 6, "/proc/") == 0;
  const bool own =
      of_proc && (path.find("/fd/") != std::string::npos || path.rfind("/comm") == path.size() - 5);
  return own || is_at_or_below(path, "/dev/shm") || path.compare(0, 8, "/dev/std") == 0;
}

bool is_told(const Request& request, const FileCall& call, Wish wish) {
  const std::size_t watched = depth_of_watch(request, call.path);
  const bool agent = request.role == Role::agent;
  if (watched == 0 && (wish == Wish::read || agent || is_everybodys(request, call.path))) return false;
  const std::size_t needed = std::max<std::size_t>(watched, 1);
  if (depth_of_permit(request, call.path, wish) >= needed) return false;
  if (const std::string source = source_of_cache(call.path); !source.empty()) {
    if (watched == 0 || depth_of_permit(request, source, Wish::read) >= needed) return false;
  }
  const Found found = what_is_there(call);
  if (found == Found::folder && wish == Wish::read)
    return !agent && (call.kind == FileCall::Kind::look || !is_folder_of_permitted(request, call.path));
  return found != Found::nothing;
}

std::string told(const Request& request, const FileCall& call) {
  const Wish wish = call.writes() ? Wish::write : Wish::read;
  // Agents' programs look at other processes all day: whether they are in a container, what is still running.
  if (request.role != Role::agent && is_of_another_process(request, call.path))
    return "open " + printable(call.path);
  FileCall reached = call;
  reached.path =
      destination(call.caller, call.path, request.tmp, call.follows() ? Last::followed : Last::stays);
  if (!is_told(request, reached, wish)) return "";
  return (wish == Wish::write ? "change " : "open ") + printable(reached.path);
}

}  // namespace

std::string kept_file(const Request& request, const FileCall& call) {
  if (request.watch.empty()) return "";
  const bool only_looks = call.kind == FileCall::Kind::open && (call.flags & O_PATH) != 0 &&
                          ((call.flags & O_DIRECTORY) != 0 || request.role == Role::agent);
  if (only_looks || (request.role == Role::agent && (call.flags & O_DIRECTORY) != 0)) return "";
  std::string first = told(request, call);
  if (!first.empty() || call.second.empty()) return first;
  FileCall other = call;
  other.path = call.second;
  return told(request, other);
}

}  // namespace leanlab::helper

// process_vm_readv is one call where /proc/<pid>/mem takes three, and opens are many.
#include "caller.h"

#include <algorithm>
#include <climits>
#include <vector>

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace leanlab::helper {
namespace {

constexpr std::size_t k_page = 4096;  // the smallest: what lies behind a page's end may not be there

std::size_t read_some(pid_t caller, std::uint64_t address, void* bytes, std::size_t size) {
  const iovec ours{bytes, size};
  const iovec theirs{reinterpret_cast<void*>(address), size};  // NOLINT: an address of another process
  const ssize_t got = ::process_vm_readv(caller, &ours, 1, &theirs, 1, 0);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::string link_target(const std::string& link) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
  return size > 0 && target[0] == '/' ? std::string(target, static_cast<std::size_t>(size)) : "";
}

std::string plain(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    std::string part = path.substr(start, end - start);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(std::move(part));
    }
    start = end + 1;
  }
  std::string result;
  for (const std::string& part : parts) result += "/" + part;
  return result;
}

}  // namespace

bool read_memory(pid_t caller, std::uint64_t address, void* bytes, std::size_t size) {
  return read_some(caller, address, bytes, size) == size;
}

std::string text_of_caller(pid_t caller, std::uint64_t address) {
  std::string text;
  char bytes[k_page];
  while (text.size() < PATH_MAX) {
    const std::size_t in_page = k_page - address % k_page;
    const std::size_t got = read_some(caller, address, bytes, in_page);
    const std::size_t size = static_cast<std::size_t>(std::find(bytes, bytes + got, '\0') - bytes);
    text.append(bytes, size);
    if (size < got) return text;
    if (got < in_page) break;
    address += got;
  }
  return "";
}

std::string path_of_caller(pid_t caller, int folder, std::uint64_t path) {
  const std::string named = path == 0 ? "" : text_of_caller(caller, path);
  if (path != 0 && named.empty()) return "";
  if (!named.empty() && named[0] == '/') return plain(named);
  const std::string process = "/proc/" + std::to_string(caller);
  const std::string base =
      link_target(folder == AT_FDCWD ? process + "/cwd" : process + "/fd/" + std::to_string(folder));
  return base.empty() ? "" : plain(base + "/" + named);
}

namespace {

/// The next part of `path` from `at` on, which is moved behind it.
std::string next_part(const std::string& path, std::size_t& at) {
  const std::size_t start = std::min(at + 1, path.size());
  at = std::min(path.find('/', start), path.size());
  return path.substr(start, at - start);
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// `path` with one of these links of /proc replaced by what it leads to, or as it is.
std::string past_proc(pid_t caller, const std::string& path) {
  std::size_t at = 0;
  if (path.compare(0, 8, "/dev/fd/") == 0) return past_proc(caller, "/proc/self/fd/" + path.substr(8));
  if (next_part(path, at) != "proc") return path;
  const std::string who = next_part(path, at);
  if (who != "self" && who != "thread-self" && !is_number(who)) return path;
  std::string what = next_part(path, at);
  if (what == "task") {
    next_part(path, at);
    what = next_part(path, at);
  }
  if (what == "root") return at < path.size() ? path.substr(at) : "/";
  std::string link = "/proc/" + std::to_string(caller) + "/" + what;
  if (what == "fd") link += "/" + next_part(path, at);
  const std::string target = what == "fd" || what == "cwd" ? link_target(link) : "";
  return target.empty() ? path : plain(target + path.substr(at));
}

}  // namespace

bool is_at_or_below(const std::string& path, const std::string& place) {
  return path.compare(0, place.size(), place) == 0 &&
         (path.size() == place.size() || path[place.size()] == '/' || place == "/");
}

std::string destination(pid_t caller, std::string path, const std::string& tmp, Last last) {
  constexpr int k_most_links = 16;
  const std::string root = "/proc/" + std::to_string(caller) + "/root";
  for (int links = 0; links < k_most_links; ++links) {
    path = past_proc(caller, path);
    if (!is_at_or_below(path, tmp)) return path;
    std::string target;
    std::size_t at = tmp.size();
    while (at < path.size() && target.empty()) {
      next_part(path, at);
      if (at == path.size() && last == Last::stays) break;
      char text[PATH_MAX];
      const ssize_t size = ::readlink((root + path.substr(0, at)).c_str(), text, sizeof text);
      if (size > 0) target.assign(text, static_cast<std::size_t>(size));
    }
    if (target.empty()) return path;
    const std::string folder = path.substr(0, path.rfind('/', at - 1) + 1);
    path = plain((target[0] == '/' ? target : folder + target) + path.substr(at));
  }
  return path;
}

}  // namespace leanlab::helper

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

}  // namespace leanlab::helper

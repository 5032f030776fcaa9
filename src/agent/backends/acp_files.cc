// The agent lives in its sandbox and we do not: it may swap folders for links while we open. So a path is opened beneath a folder
// that it may reach, and no link is followed.
#include "agent/backends/acp_files.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/beneath.h"
#include "base/fs.h"
#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::size_t k_largest = 16u << 20;

/// `path` relative to `folder`; empty: it does not lie there.
fs::path inside(const fs::path& path, const fs::path& folder) {
  fs::path relative = path.lexically_relative(folder);
  if (relative.empty() || *relative.begin() == ".." || relative == ".") return {};
  return relative;
}

fs::path whole(const TurnRequest& request, const std::string& path) {
  const fs::path given(path);
  return (given.is_absolute() ? given : request.workspace / given).lexically_normal();
}

tl::unexpected<Error> refused(const std::string& path) {
  return fail(ErrorCode::misconfigured, "{} is not for this agent", printable(path));
}

/// The folder that it may change in which the file lies; empty: none.
fs::path writable_root(const TurnRequest& request, const fs::path& file) {
  if (!inside(file, request.workspace).empty()) return request.workspace;
  const auto found = std::find_if(request.writable.begin(), request.writable.end(),
                                  [&](const std::string& folder) { return !inside(file, folder).empty(); });
  return found == request.writable.end() ? fs::path() : fs::path(*found);
}

/// The folder of its own, or of what it may read, in which the file lies.
fs::path readable_root(const TurnRequest& request, const fs::path& file) {
  if (const fs::path own = writable_root(request, file); !own.empty()) return own;
  const auto holds = [&](const std::string& folder) {
    return file == fs::path(folder) || !inside(file, folder).empty();
  };
  if (std::any_of(request.hidden.begin(), request.hidden.end(), holds)) return {};
  const auto found = std::find_if(request.readable.begin(), request.readable.end(),
                                  [&](const std::string& folder) { return !inside(file, folder).empty(); });
  return found == request.readable.end() ? fs::path() : fs::path(*found);
}

}  // namespace

Result<std::string> read_for_agent(const TurnRequest& request, const std::string& path, std::uint64_t line,
                                   std::uint64_t limit) {
  const fs::path file = whole(request, path);
  const fs::path root = readable_root(request, file);
  if (root.empty()) return refused(path);
  TRY_ASSIGN(const Fd fd, open_beneath(root, inside(file, root), O_RDONLY | O_NONBLOCK));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return refused(path);
  TRY_ASSIGN(const std::string bytes, read_all(fd.get(), k_largest));
  const std::string text = repair_utf8(bytes);
  if (line == 0 && limit == 0) return text;
  std::string part;
  std::uint64_t number = 0;
  for (const std::string_view each : split_lines(text)) {
    ++number;
    if (number < line) continue;
    if (limit > 0 && number >= std::max<std::uint64_t>(line, 1) + limit) break;
    part += std::string(each) + '\n';
  }
  return part;
}

Status write_for_agent(const TurnRequest& request, const std::string& path, std::string_view text) {
  const fs::path file = whole(request, path);
  const fs::path root = writable_root(request, file);
  if (root.empty()) return refused(path);
  if (text.size() > k_largest) return fail(ErrorCode::misconfigured, "{} is too large", printable(path));
  TRY_ASSIGN(const Fd fd, open_beneath(root, inside(file, root), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return refused(path);
  return write_all(fd.get(), text);
}

}  // namespace leanlab::agent

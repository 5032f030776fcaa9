// Reading and writing a ref's files with git's plumbing: cat-file, ls-tree and fast-import.
#include "vcs/notes_ref.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/fd.h"
#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::vcs {

namespace {

constexpr std::chrono::seconds k_limit{30};

/// Git with nothing of the repository's own configuration that could run a program.
SpawnRequest git_request(const fs::path& top, const std::vector<std::string>& arguments) {
  SpawnRequest request;
  request.argv = {"git", "--no-optional-locks",  "-c", "core.hooksPath=/dev/null",
                  "-c",  "core.fsmonitor=false", "-c", "gc.auto=0"};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.cwd = top;
  // Without GIT_DIR, GIT_INDEX_FILE and their kin, which are set where leanlab is called from a hook.
  std::vector<std::pair<std::string, std::string>> environment{{"LC_ALL", "C.UTF-8"},
                                                               {"GIT_TERMINAL_PROMPT", "0"}};
  for (const char* name : {"PATH", "HOME", "XDG_CONFIG_HOME"})
    if (const char* value = std::getenv(name)) environment.emplace_back(name, value);
  request.env = std::move(environment);
  return request;
}

Result<ProgramOutput> git(const fs::path& top, const std::vector<std::string>& arguments) {
  return run_program(git_request(top, arguments), k_limit);
}

tl::unexpected<Error> git_failed(const ProgramOutput& output, const std::string& what) {
  const auto lines = split_lines(trim(output.err));
  return fail(ErrorCode::misconfigured, "git cannot {}: {}", what,
              lines.empty() ? output.status.describe() : clip(printable(lines.back()), 200));
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

}  // namespace

std::optional<NotesRef> NotesRef::around(const std::filesystem::path& folder, std::string ref) {
  std::error_code error;
  for (fs::path top = fs::absolute(folder, error);; top = top.parent_path()) {
    if (fs::exists(top / ".git", error)) {
      if (find_program("git").empty()) return std::nullopt;
      return NotesRef(top, std::move(ref));
    }
    if (!top.has_relative_path()) return std::nullopt;
  }
}

Result<bool> NotesRef::exists() const {
  TRY_ASSIGN(const auto found, git(top_, {"rev-parse", "--verify", "--quiet", ref_ + "^{commit}"}));
  if (found.status.ok()) return true;
  // Quiet when it is only not there; git has more to say when it refuses the repository.
  if (trim(found.err).empty()) return false;
  return git_failed(found, "read " + ref_);
}

Result<std::optional<std::string>> NotesRef::read(const std::string& name) const {
  INVARIANT(is_plain_name(name));
  TRY_ASSIGN(auto file, git(top_, {"cat-file", "blob", ref_ + ":" + name}));
  if (file.status.ok()) return std::optional<std::string>(std::move(file.out));
  TRY_ASSIGN(const bool there, exists());
  static_cast<void>(there);  // neither the ref nor the file is there: both mean that nothing is kept
  return std::optional<std::string>();
}

Result<std::vector<std::string>> NotesRef::names() const {
  TRY_ASSIGN(const bool there, exists());
  if (!there) return std::vector<std::string>();
  TRY_ASSIGN(const auto list, git(top_, {"ls-tree", "--name-only", ref_}));
  if (!list.status.ok()) return git_failed(list, "list " + ref_);
  std::vector<std::string> names;
  for (const std::string_view line : split_lines(list.out))
    if (!line.empty()) names.emplace_back(line);
  return names;
}

Status NotesRef::write(const std::string& name, const std::string& text, const std::string& message) const {
  INVARIANT(is_plain_name(name));
  // Another process may move the ref between our look and our commit, which git then refuses.
  constexpr int k_tries = 5;
  Status written;
  for (int attempt = 0; attempt < k_tries; ++attempt) {
    written = write_once(name, text, message);
    if (written || written.error().code != ErrorCode::misconfigured) break;
  }
  return written;
}

Status NotesRef::write_once(const std::string& name, const std::string& text,
                            const std::string& message) const {
  TRY_ASSIGN(const bool there, exists());
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const std::string stream = fmt::format(
      "commit {}\ncommitter leanlab <leanlab@localhost> {} +0000\ndata {}\n{}\n{}M 100644 inline {}\ndata "
      "{}\n{}\ndone\n",
      ref_, seconds, message.size(), message, there ? fmt::format("from {}^0\n", ref_) : "", name,
      text.size(), text);
  TRY_ASSIGN(const TempDirectory temporary, TempDirectory::make());
  const fs::path input = temporary.path() / "stream";
  TRY(write_file(input, stream));
  TRY_ASSIGN(const Fd in, open_file(input, O_RDONLY));
  SpawnRequest request = git_request(top_, {"fast-import", "--quiet", "--done"});
  request.fds = {{in.get(), 0}};
  TRY_ASSIGN(const auto imported, run_program(request, k_limit));
  if (!imported.status.ok()) return git_failed(imported, "write " + ref_);
  return {};
}

}  // namespace leanlab::vcs

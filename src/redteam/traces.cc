// Traces of an attack on this machine: files, processes, sockets, ports, IPC objects, keys.
#include "redteam/traces.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/strings.h"

namespace leanlab::redteam {

namespace {

/// A table of the kernel's; empty when this kernel has none, or when the process that it tells of is gone.
std::string read_table(const fs::path& path) {
  return read_file(path).value_or("");
}

std::string signature(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return "gone";
  // A folder's times change with its entries, which are looked at themselves.
  if (S_ISDIR(status.st_mode)) return fmt::format("folder {:o}", status.st_mode);
  return fmt::format("{:o} {} {} {}.{:09}", status.st_mode, status.st_ino, status.st_size,
                     status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
}

void find_marked_files(const fs::path& field, const std::string& mark, std::vector<std::string>& traces) {
  const char* home = std::getenv("HOME");
  std::vector<fs::path> folders{"/tmp",
                                "/var/tmp",
                                "/dev/shm",
                                "/dev/mqueue",
                                "/run",
                                "/run/lock",
                                "/var/lib",
                                "/opt",
                                "/srv",
                                "/mnt",
                                "/root",
                                "/var/cache",
                                "/",
                                "/etc",
                                "/etc/cron.d",
                                "/var/spool/cron/crontabs",
                                "/usr/local/share"};
  if (home != nullptr) folders.insert(folders.end(), {fs::path(home), fs::path(home) / ".cache"});
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      if (it->path().filename().string().find(mark) != std::string::npos &&
          !field.string().starts_with(it->path().string()))
        traces.push_back("file " + it->path().string());
    }
  }
}

void find_processes(const std::string& field, std::vector<std::string>& traces) {
  const std::string own = std::to_string(::getpid());
  for (const std::string& pid : list_directory("/proc").value_or(std::vector<std::string>())) {
    if (pid.find_first_not_of("0123456789") != std::string::npos || pid == own) continue;
    std::error_code gone;
    const std::string command = read_table(fs::path("/proc") / pid / "cmdline");
    const bool ours = command.find(field) != std::string::npos ||
                      fs::read_symlink(fs::path("/proc") / pid / "cwd", gone).string().starts_with(field);
    if (ours)
      traces.push_back(fmt::format("process {}: {}", pid,
                                   clip(printable(replace_all(command, std::string(1, '\0'), " ")), 80)));
  }
}

/// Lines of a table of the kernel's that hold `word`.
void find_lines(const fs::path& table, std::string_view word, const char* what,
                std::vector<std::string>& traces) {
  const std::string text = read_table(table);
  for (const std::string_view line : split_lines(text)) {
    if (line.find(word) != std::string_view::npos)
      traces.push_back(std::string(what) + " " + std::string(trim(line)));
  }
}

}  // namespace

Tree look_at(const fs::path& folder, const std::vector<std::string>& but) {
  Tree tree;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().lexically_relative(folder).string();
    if (std::find(but.begin(), but.end(), path) != but.end()) {
      it.disable_recursion_pending();
      continue;
    }
    tree.emplace(path, signature(it->path()));
  }
  return tree;
}

std::vector<std::string> differences(const Tree& before, const Tree& after) {
  std::vector<std::string> found;
  for (const auto& [path, signature] : before) {
    const auto now = after.find(path);
    if (now == after.end())
      found.push_back("removed " + path);
    else if (now->second != signature)
      found.push_back("changed " + path);
  }
  for (const auto& [path, signature] : after) {
    if (!before.contains(path)) found.push_back("new " + path);
  }
  return found;
}

std::vector<std::string> find_traces(const fs::path& field, const Marks& marks) {
  std::vector<std::string> traces;
  find_marked_files(field, marks.name, traces);
  find_processes(field.string(), traces);
  find_lines("/proc/net/unix", marks.name, "socket", traces);
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"})
    find_lines(table, fmt::format(":{:04X} ", marks.port), "port", traces);
  for (const char* table : {"/proc/sysvipc/shm", "/proc/sysvipc/sem", "/proc/sysvipc/msg"})
    find_lines(table, fmt::format(" {} ", marks.ipc_key), "IPC object", traces);
  find_lines("/proc/keys", marks.name, "key", traces);
  return traces;
}

}  // namespace leanlab::redteam

// The formats are those of cgroups(7), proc(5) and the kernel's cgroup-v2.rst.
#include "sandbox/cgroup_files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <sstream>

#include <unistd.h>

#include "base/strings.h"

namespace leanlab::sandbox {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// Mountinfo writes blanks, tabs, newlines and backslashes as three octal digits behind a backslash.
std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const bool escaped =
        text[i] == '\\' && i + 3 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 4, value, 8).ptr == text.data() + i + 4;
    plain.push_back(escaped ? static_cast<char>(value) : text[i]);
    if (escaped) i += 3;
  }
  return plain;
}

// The text of a file of the kernel's; empty when it is not there.
std::string text_of(const fs::path& file) {
  return read_file(file).value_or("");
}

bool has_limits(const fs::path& list) {
  const std::vector<std::string> words = words_of(text_of(list));
  return std::ranges::count(words, "memory") > 0 && std::ranges::count(words, "pids") > 0;
}

}  // namespace

std::optional<std::string> unified_group(std::string_view proc_self_cgroup) {
  for (const std::string_view line : split_lines(proc_self_cgroup)) {
    if (line.starts_with("0::/") && !line.ends_with(" (deleted)")) return std::string(line.substr(3));
  }
  return std::nullopt;
}

std::optional<fs::path> folder_of_group(std::string_view mountinfo, std::string_view group) {
  std::optional<fs::path> found;
  for (const std::string_view line : split_lines(mountinfo)) {
    const std::vector<std::string> words = words_of(line);
    const auto dash = std::ranges::find(words, "-");
    if (words.size() < 6 || words.end() - dash < 2 || *(dash + 1) != "cgroup2") continue;
    const std::string root = without_escapes(words[3]);
    std::string_view below = group;
    if (root != "/") {
      if (!below.starts_with(root)) continue;
      below.remove_prefix(root.size());
      if (!below.empty() && below[0] != '/') continue;
    }
    while (below.starts_with('/')) below.remove_prefix(1);
    const fs::path mounted = without_escapes(words[4]);
    found = below.empty() ? mounted : mounted / below;  // a later mount covers an earlier one
  }
  return found;
}

std::optional<std::uint64_t> number_in(std::string_view text, std::string_view name) {
  for (const std::string_view line : split_lines(text)) {
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') continue;
    std::uint64_t number = 0;
    const char* end = line.data() + line.size();
    if (std::from_chars(line.data() + name.size() + 1, end, number).ptr == end) return number;
  }
  return std::nullopt;
}

bool is_divided(const fs::path& folder) {
  return has_limits(folder / "cgroup.subtree_control");
}

Result<std::vector<pid_t>> processes_in(const fs::path& folder) {
  TRY_ASSIGN(const std::string text, read_file(folder / "cgroup.procs"));
  std::vector<pid_t> processes;
  for (const std::string& word : words_of(text))
    processes.push_back(static_cast<pid_t>(std::strtol(word.c_str(), nullptr, 10)));
  return processes;
}

bool is_ours(pid_t pid) {
  std::error_code unreadable;  // another user's
  if (fs::read_symlink(fs::path("/proc") / std::to_string(pid) / "exe", unreadable) == executable_path())
    return true;  // who starts a run in the background is there a moment longer
  while (pid > 0) {
    if (pid == ::getpid()) return true;
    const std::string stat = text_of(fs::path("/proc") / std::to_string(pid) / "stat");
    const std::size_t after = stat.rfind(')');  // the name before it may hold anything
    if (after == std::string::npos) return true;
    const std::vector<std::string> words = words_of(stat.substr(after + 1));
    pid = words.size() < 2 ? 0 : static_cast<pid_t>(std::strtol(words[1].c_str(), nullptr, 10));
  }
  return false;
}

std::string why_not_ours(const fs::path& folder) {
  for (const fs::path& needed : {folder, folder / "cgroup.procs", folder / "cgroup.subtree_control"}) {
    if (::access(needed.c_str(), W_OK) != 0)
      return fmt::format("{} cannot be written ({})", needed.string(), std::strerror(errno));
  }
  if (!has_limits(folder / "cgroup.controllers"))
    return fmt::format("the cgroup {} has no controllers for memory and processes", folder.string());
  const std::string type(
      trim(text_of(folder / "cgroup.type")));  // the root of the hierarchy has no such file
  if (!type.empty() && type != "domain")
    return fmt::format("the cgroup {} is of the kind '{}'", folder.string(), type);
  if (is_divided(folder)) return {};
  const auto processes = processes_in(folder);
  if (!processes) return processes.error().message;
  for (const pid_t pid : *processes) {
    if (!is_ours(pid))
      return fmt::format("the cgroup {} holds a process that is not leanlab's ({})", folder.string(), pid);
  }
  return {};
}

}  // namespace leanlab::sandbox

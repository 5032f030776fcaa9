// Walks /proc/PID/task/*/children (a child hangs on the thread that forked it), and /proc/PID/stat for use.
#include "process_tree.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace leanlab::helper {
namespace {

// The content of a /proc file; empty if the process is gone.
std::string read_proc(const char* path, std::size_t limit) {
  std::string text;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  char piece[4096];
  ssize_t got = 0;
  while (text.size() < limit && (got = ::read(fd, piece, sizeof piece)) > 0)
    text.append(piece, static_cast<std::size_t>(got));
  ::close(fd);
  return text;
}

void append_pids(const std::string& text, std::vector<pid_t>& pids) {
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const long pid = std::strtol(at, &end, 10);
    if (end == at) break;
    pids.push_back(static_cast<pid_t>(pid));
    at = *end == ' ' ? end + 1 : end;
  }
}

template <class Visit>
void for_each_number(const char* folder, Visit visit) {
  DIR* dir = ::opendir(folder);
  if (dir == nullptr) return;
  while (const dirent* entry = ::readdir(dir)) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
      visit(static_cast<pid_t>(std::atol(entry->d_name)));
  }
  ::closedir(dir);
}

void append_children(pid_t pid, std::vector<pid_t>& pids) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/task", pid);
  for_each_number(path, [&](pid_t thread) {
    char children[96];
    std::snprintf(children, sizeof children, "/proc/%d/task/%d/children", pid, thread);
    append_pids(read_proc(children, 1 << 20), pids);
  });
}

// This process has one thread.
std::vector<pid_t> direct_children() {
  std::vector<pid_t> pids;
  append_pids(read_proc("/proc/thread-self/children", 4 << 20), pids);
  return pids;
}

// The fields of /proc/PID/stat after the name, which may itself hold blanks and parentheses.
bool read_stat(pid_t pid, char& state, unsigned long long (&fields)[25]) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
  const std::string text = read_proc(path, 4096);
  const std::size_t after = text.rfind(')');
  if (after == std::string::npos || after + 4 > text.size()) return false;
  state = text[after + 2];
  const char* at = text.c_str() + after + 3;
  for (int i = 4; i < 25; ++i) {
    char* end = nullptr;
    fields[i] = std::strtoull(at, &end, 10);
    if (end == at) return false;
    at = end;
  }
  return true;
}

std::uint64_t pss_of(pid_t pid, std::uint64_t fallback) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
  const std::string text = read_proc(path, 4096);
  const std::size_t at = text.find("\nPss:");
  return at == std::string::npos ? fallback : std::strtoull(text.c_str() + at + 5, nullptr, 10) * 1024;
}

// Page tables count to nobody's resident memory: a program that only looks at each part of a huge mapping makes
// gigabytes of them. Asked for only where the mappings are huge.
std::uint64_t page_tables_of(pid_t pid, std::uint64_t mapped_bytes) {
  constexpr std::uint64_t k_huge = std::uint64_t{16} << 30;
  if (mapped_bytes < k_huge) return 0;
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/status", pid);
  const std::string text = read_proc(path, 8192);
  const std::size_t at = text.find("\nVmPTE:");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + 7, nullptr, 10) * 1024;
}

std::uint64_t milliseconds_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

constexpr int k_ppid = 4, k_utime = 14, k_cstime = 17, k_num_threads = 20, k_vsize = 23,
              k_rss = 24;  // proc(5)

}  // namespace

std::vector<pid_t> descendants() {
  std::vector<pid_t> pids;
  append_children(::getpid(), pids);
  for (std::size_t i = 0; i < pids.size(); ++i) append_children(pids[i], pids);
  return pids;
}

bool is_descendant(pid_t pid) {
  constexpr int k_generations = 1000;
  char state = 0;
  unsigned long long fields[25];
  for (int i = 0; i < k_generations && pid > 1 && read_stat(pid, state, fields); ++i) {
    pid = static_cast<pid_t>(fields[k_ppid]);
    if (pid == ::getpid()) return true;
  }
  return false;
}

TreeUsage measure_tree() {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  static const auto tick_us = 1'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  TreeUsage usage;
  for (const pid_t pid : descendants()) {
    char state = 0;
    unsigned long long fields[25];
    if (!read_stat(pid, state, fields) || state == 'Z') continue;
    ++usage.processes;
    usage.threads += fields[k_num_threads];
    usage.rss_bytes += fields[k_rss] * page + page_tables_of(pid, fields[k_vsize]);
    for (int i = k_utime; i <= k_cstime; ++i) usage.cpu_us += fields[i] * tick_us;
  }
  return usage;
}

std::uint64_t proportional_memory() {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t bytes = 0;
  for (const pid_t pid : descendants()) {
    char state = 0;
    unsigned long long fields[25];
    if (read_stat(pid, state, fields))
      bytes += pss_of(pid, fields[k_rss] * page) + page_tables_of(pid, fields[k_vsize]);
  }
  return bytes;
}

// A process and its group: signalling a group is one step in the kernel, which no fork in it can outrun. The
// command began a session, so none of its descendants' groups holds anybody else.
void kill_with_group(pid_t pid) {
  const pid_t group = ::getpgid(pid);
  if (group > 1 && group != ::getpgrp()) ::kill(-group, SIGKILL);
  ::kill(pid, SIGKILL);
}

// Among thousands of runnable processes we would hardly run. Only root may raise itself, and only root needs to: the
// number of an ordinary user's processes is limited.
void hurry() {
  const sched_param lowest{1};
  ::sched_setscheduler(0, SCHED_FIFO, &lowest);
}

// Only direct children are listed: when a parent dies its children become ours, and one short file names them
// all. A walk of the whole tree takes so long that a fork bomb outgrows it.
std::uint64_t end_tree(pid_t command, int* command_status, std::uint64_t* survivors) {
  constexpr std::uint64_t k_patience_ms = 10'000;
  std::vector<bool> seen;  // by pid, so that each is counted once
  std::uint64_t counted = 0;
  std::uint64_t progress = milliseconds_now();
  *survivors = 0;
  hurry();
  while (true) {
    int status = 0;
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
      if (pid == command) *command_status = status;
    }
    if (pid < 0 && errno == ECHILD) return counted;
    bool found_new = false;
    for (const pid_t child : direct_children()) {
      kill_with_group(child);
      const auto index = static_cast<std::size_t>(child);
      if (index >= seen.size()) seen.resize(index + 1);
      if (seen[index]) continue;
      seen[index] = true;
      found_new = true;
      if (child != command) ++counted;
    }
    if (found_new) progress = milliseconds_now();
    if (milliseconds_now() - progress > k_patience_ms) {
      *survivors = descendants().size();
      return counted;
    }
    if (!found_new) ::poll(nullptr, 0, 1);
  }
}

void end_children_but(const std::vector<pid_t>& spared) {
  for (const pid_t child : direct_children()) {
    if (std::find(spared.begin(), spared.end(), child) == spared.end()) kill_with_group(child);
  }
}

std::uint64_t end_marked(const char* mark) {
  std::uint64_t ended = 0;
  const std::size_t size = std::strlen(mark);
  // A process that forks while it is hunted is found in a later round; two empty rounds end the hunt.
  for (int round = 0, empty = 0; round < 1000 && empty < 2; ++round) {
    bool found = false;
    for_each_number("/proc", [&](pid_t pid) {
      if (pid == ::getpid()) return;
      char path[64];
      std::snprintf(path, sizeof path, "/proc/%d/environ", pid);
      const std::string text = read_proc(path, 1 << 20);
      const std::size_t at = text.find(mark);
      const bool marked = at != std::string::npos && (at == 0 || text[at - 1] == '\0') &&
                          (at + size == text.size() || text[at + size] == '\0');
      if (!marked) return;
      found = true;
      if (::kill(pid, SIGKILL) == 0) ++ended;
    });
    empty = found ? 0 : empty + 1;
    if (found) ::poll(nullptr, 0, 2);
  }
  return ended;
}

}  // namespace leanlab::helper

// Request: what the supervisor asks for, read from the control socket (docs/formats/sandbox-policy.md, version 1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leanlab::helper {

enum class Tier { A, B, C };
enum class Role { judge, candidate, agent, in_process };

struct PathRule {
  std::string path;
  enum class Kind { read, write, hide, list } kind = Kind::read;
};

/// A descriptor of ours and the number under which the command gets it.
struct Descriptor {
  int ours = -1;
  int theirs = -1;
};

struct Request {
  Tier tier = Tier::C;
  Role role = Role::in_process;
  std::vector<std::string> argv;
  std::vector<std::string> env;  ///< NAME=value
  std::string cwd;
  std::vector<Descriptor> fds;
  std::vector<PathRule> paths;
  std::vector<std::string> watch;  ///< places of which a try to open a file is told, when it is not allowed
  std::vector<std::string> devices;
  std::string tmp;             ///< the private temporary folder: a tmpfs in tier A, a folder of the disk else
  std::string cgroup;          ///< the folder of the run's group of cgroup2; empty: it stays in ours
  std::vector<unsigned> cpus;  ///< cores that it may run on; none: all
  bool network = false;
  /// Tier A: the network holds nothing but these ports of loopback; their listeners go out through `door`.
  std::vector<unsigned> listen;
  int door = -1;
  bool fork = true;
  // Limits; 0 means none of ours.
  std::uint64_t wall_ms = 0, cpu_s = 0, memory_bytes = 0, processes = 0, open_files = 0, file_bytes = 0;
  std::uint64_t disk_bytes = 0, disk_inodes = 0;
};

/// Reads one request from `control`. On failure false, with one sentence in `why`.
bool read_request(int control, Request& request, std::string& why);

/// Parses the fields that follow the header line. For read_request and its fuzzer.
bool parse_request(const std::string& fields, Request& request, std::string& why);

}  // namespace leanlab::helper

// Traces: what an attack may have left behind on this machine, looked for by the names that the corpus uses.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace leanlab::redteam {

namespace fs = std::filesystem;

/// How what the corpus leaves is known.
struct Marks {
  std::string name = "leanlab-attack";  ///< in the names of files, sockets and keys
  unsigned ipc_key = 0x1EA91AB;         ///< of System V objects
  unsigned port = 46113;                ///< where a socket listens
};

/// The files of a folder: path -> kind, mode, size, time of change and inode, as one text.
using Tree = std::map<std::string, std::string>;
[[nodiscard]] Tree look_at(const fs::path& folder, const std::vector<std::string>& but);
/// "changed evaluation.py", "new leanlab-attack", one each.
[[nodiscard]] std::vector<std::string> differences(const Tree& before, const Tree& after);

/// What stands on the machine now: marked names in the usual folders (not the field itself), marked sockets, keys and IPC objects, and
/// processes whose command line or current folder holds `field`.
[[nodiscard]] std::vector<std::string> find_traces(const fs::path& field, const Marks& marks = {});

}  // namespace leanlab::redteam

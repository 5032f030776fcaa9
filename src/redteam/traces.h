// Traces: what an attack may have left behind on this machine, looked for by the names that the corpus uses.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace leanlab::redteam {

namespace fs = std::filesystem;

/// All that attacks leave is called so, or holds this in its name.
inline constexpr const char* k_mark = "leanlab-attack";
/// The System V key and the TCP port that they use.
inline constexpr unsigned k_ipc_key = 0x1EA91AB;
inline constexpr unsigned k_port = 46113;

/// The files of a folder: path -> kind, mode, size, time of change and inode, as one text.
using Tree = std::map<std::string, std::string>;
[[nodiscard]] Tree look_at(const fs::path& folder, const std::vector<std::string>& but);
/// "changed evaluation.py", "new leanlab-attack", one each.
[[nodiscard]] std::vector<std::string> differences(const Tree& before, const Tree& after);

/// What stands on the machine now: marked names in the usual folders (not `own`), marked sockets, keys and IPC objects, and
/// processes whose command line or current folder holds `field`.
[[nodiscard]] std::vector<std::string> find_traces(const fs::path& field);

}  // namespace leanlab::redteam

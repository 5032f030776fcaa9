// Installation: what a program needs to be readable so that it runs: itself, its interpreter, and what lies around them.
#pragma once

#include <string>
#include <vector>

#include "base/fs.h"

namespace leanlab::agent {

/// For a tool that was installed: itself, what it links to, the installation around it, and the folders of PATH.
[[nodiscard]] std::vector<std::string> installation_of(const fs::path& program);

/// For a program of a person's own, which may lie anywhere: of `files` (absolute: the program, and scripts that its command
/// names) each alone, not what lies beside it; the interpreters that their first lines name; and what PATH leads to, with
/// the installations (pyenv, conda, virtual environments, node) behind it.
[[nodiscard]] std::vector<std::string> reach_of_files(const std::vector<std::string>& files);

}  // namespace leanlab::agent

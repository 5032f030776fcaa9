// Help: pages and the version, printed for people, for man and for programs.
#pragma once

#include <string>

#include "cli/context.h"

namespace leanlab::cli {

/// A command's page, or a topic's, on stdout. Errors: usage (no such page, with a suggestion).
[[nodiscard]] Result<int> print_help(Context& context, const std::string& page);
/// "leanlab 0.3.0", or {version}.
[[nodiscard]] Result<int> print_version(Context& context);

}  // namespace leanlab::cli

// Globals: the options that every command has, and the Context that they and the environment make.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/context.h"

namespace leanlab::cli {

[[nodiscard]] const std::vector<Option>& global_options();

/// What can be known before the line is parsed, so that a mistake in it is reported as it asks for.
[[nodiscard]] Context early_context(const std::vector<std::string>& words);

/// Applies the parsed options: output, colour, verbosity, `-C` (changes the current folder), `--state-dir`.
/// Errors: usage (no such folder).
[[nodiscard]] Status apply_globals(Context& context, const Arguments& arguments);

}  // namespace leanlab::cli

// Globals: the table of options for all, and what they do.
#include "cli/globals.h"

#include <cstdlib>

#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/strings.h"
#include "cli/ui/diagnostics.h"

namespace leanlab::cli {
namespace {

const char* environment_value(const char* name) {
  return std::getenv(name);
}

ui::When when_coloured(std::string_view word) {
  if (word == "always") return ui::When::always;
  return word == "never" ? ui::When::never : ui::When::automatic;
}

void find_terminals(Context& context, ui::When colour) {
  context.out = ui::detect_terminal(STDOUT_FILENO, colour, environment_value);
  context.err = ui::detect_terminal(STDERR_FILENO, colour, environment_value);
}

}  // namespace

const std::vector<Option>& global_options() {
  static const std::vector<Option> options = {
      {.name = "--directory", .kind = Kind::folder, .value = "DIR", .letter = 'C'},
      {.name = "--state-dir", .kind = Kind::folder, .value = "DIR"},
      {.name = "--json",
       .kind = Kind::choice,
       .value = "lines",
       .choices = {"lines"},
       .value_optional = true},
      {.name = "--no-input"},
      {.name = "--quiet", .letter = 'q'},
      {.name = "--verbose", .letter = 'v'},
      {.name = "--color", .kind = Kind::choice, .value = "WHEN", .choices = {"auto", "always", "never"}},
      {.name = "--help", .letter = 'h'},
      {.name = "--version", .letter = 'V'},
  };
  return options;
}

Context early_context(const std::vector<std::string>& words) {
  Context context;
  ui::When colour = ui::When::automatic;
  for (const std::string& word : words) {
    if (word == "--") break;
    if (word == "--json") context.output = Output::json;
    if (word == "--json=lines") context.output = Output::json_lines;
    if (word.starts_with("--color=")) colour = when_coloured(word.substr(8));
  }
  find_terminals(context, colour);
  context.clock = &system_clock();
  return context;
}

Status apply_globals(Context& context, const Arguments& arguments) {
  if (const auto json = arguments.value("--json"))
    context.output = *json == "lines" ? Output::json_lines : Output::json;
  if (const auto colour = arguments.value("--color")) find_terminals(context, when_coloured(*colour));
  if (arguments.has("--quiet") && arguments.has("--verbose"))
    return fail(ErrorCode::usage, "--quiet and --verbose contradict each other");
  if (arguments.has("--quiet")) context.verbosity = Verbosity::quiet;
  if (arguments.has("--verbose")) context.verbosity = Verbosity::verbose;
  set_log_level(context.verbosity == Verbosity::quiet     ? LogLevel::warning
                : context.verbosity == Verbosity::verbose ? LogLevel::debug
                                                          : LogLevel::info);
  ui::show_diagnostics_on(context.err);

  std::error_code error;
  if (const auto state = arguments.value("--state-dir")) {
    context.state_dir = fs::absolute(*state, error).string();
  } else if (const char* variable = environment_value("LEANLAB_STATE_DIR"); variable && *variable) {
    context.state_dir = fs::absolute(variable, error).string();
  }
  if (const auto directory = arguments.value("--directory")) {
    fs::current_path(*directory, error);
    if (error) return fail(ErrorCode::usage, "cannot go to '{}': {}", printable(*directory), error.message());
  }
  context.directory = fs::current_path(error);
  if (error) return fail(ErrorCode::io, "the current folder cannot be read: {}", error.message());

  const char* ci = environment_value("CI");
  const bool in_ci = ci && *ci;
  context.person.may_ask =
      ::isatty(STDIN_FILENO) == 1 && !arguments.has("--no-input") && !in_ci && !context.wants_json();
  context.person.screen = context.err;
  return {};
}

}  // namespace leanlab::cli

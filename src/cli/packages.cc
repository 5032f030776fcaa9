// uv or pip, whichever the project uses.
#include "cli/packages.h"

#include <cstdlib>

#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"

namespace leanlab::cli {
namespace {

constexpr std::chrono::minutes k_limit{15};

/// The command that installs; empty: there is no place of the project's own to install into.
std::vector<std::string> installer(const lab::Project& project) {
  std::error_code error;
  if (fs::exists(project.root / "pyproject.toml", error) && fs::exists(project.root / "uv.lock", error) &&
      !find_program("uv").empty())
    return {"uv", "add", "--project", project.root.string()};
  std::vector<fs::path> environments{project.root / ".venv", project.root / "venv"};
  if (const char* active = std::getenv("VIRTUAL_ENV"); active != nullptr && *active)
    environments.insert(environments.begin(), active);
  for (const fs::path& environment : environments) {
    if (fs::exists(environment / "bin" / "python", error))
      return {(environment / "bin" / "python").string(), "-m", "pip", "install"};
  }
  return {};
}

}  // namespace

Status install_packages(Context& context, const lab::Project& project,
                        const std::vector<std::string>& packages) {
  if (packages.empty()) return {};
  std::vector<std::string> argv = installer(project);
  if (argv.empty()) {
    context.say(
        fmt::format("the evaluator needs {}: there is neither a uv project nor a virtual environment here",
                    printable(fmt::format("{}", fmt::join(packages, ", ")))));
    return {};
  }
  argv.insert(argv.end(), packages.begin(), packages.end());
  context.say("installing: " + printable(join_command(argv)));
  SpawnRequest request;
  request.argv = argv;
  request.cwd = project.root;
  const auto done = run_program(request, k_limit, context.interrupt);
  if (!done && done.error().code == ErrorCode::interrupted) return fail(done.error());
  if (!done)
    context.say("  it failed: " + one_line(done.error()));
  else if (!done->status.ok())
    context.say("  it failed: " + clip(printable(trim(done->err)), 500));
  return {};
}

}  // namespace leanlab::cli

// Starting a run that outlives its terminal.
#include "cli/background.h"

#include <cstdlib>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/fs.h"
#include "base/process.h"
#include "base/strings.h"
#include "metric/lab_lock.h"

extern char** environ;

namespace leanlab::cli {
namespace {

constexpr std::chrono::milliseconds k_look_again{50};
constexpr std::size_t k_log_bytes = 64u << 10;

std::vector<std::string> words_of(const Context& context, const OpenLab& open, const Arguments& arguments) {
  std::vector<std::string> words{executable_path().string(), "--no-input", "--directory",
                                 context.directory.string()};
  if (!context.state_dir.empty()) words.insert(words.end(), {"--state-dir", context.state_dir});
  words.insert(words.end(), {"run", open.place.name});
  for (const char* option : {"--n", "--parallel", "--agent", "--seed", "--until", "--min-tier", "--usd"}) {
    for (const std::string& value : arguments.values(option)) words.insert(words.end(), {option, value});
  }
  for (const char* flag : {"--skip-checks", "--resume", "--require-improvement", "--allow-unknown-cost"}) {
    if (arguments.has(flag)) words.emplace_back(flag);
  }
  return words;
}

std::vector<std::pair<std::string, std::string>> environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || text.substr(0, equals) == k_sent_by) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  variables.emplace_back(k_sent_by, driver());
  return variables;
}

bool has_ended(const RunningProcess& process) {
  pollfd ended{process.pidfd(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 1;
}

}  // namespace

Result<int> run_in_background(Context& context, const OpenLab& open, const Arguments& arguments) {
  if (const std::string holder = metric::lab_holder(open.place); !holder.empty()) {
    return fail(Error(ErrorCode::lab_busy, fmt::format("the lab {} is in use: {}", open.place.name, holder))
                    .then("leanlab stop " + shell_word(open.place.name)));
  }
  TRY(lab::prepare_state(open.project));
  TRY(make_directories(open.place.state));
  const fs::path log = open.place.state / "run.log";
  TRY_ASSIGN(const Fd output, open_file(log, O_WRONLY | O_CREAT | O_TRUNC, 0644));
  SpawnRequest request;
  request.argv = words_of(context, open, arguments);
  request.env = environment();
  request.fds = {{output.get(), STDOUT_FILENO}, {output.get(), STDERR_FILENO}};
  TRY_ASSIGN(RunningProcess process, spawn(request), "starting the run in the background");
  // The preflight may take a while; the run has begun when it holds the lab.
  const std::string mine = fmt::format("process {} ", process.pid());
  while (!has_ended(process) && metric::lab_holder(open.place).find(mine) == std::string::npos) {
    if (context.interrupt->wait_for(k_look_again)) return fail(ErrorCode::interrupted, "interrupted");
  }
  if (has_ended(process)) {
    const ExitStatus status = process.wait();
    const auto said = read_file(log, k_log_bytes);
    context.say(said ? std::string(trim(*said)) : "");
    return status.exit_status >= 0 ? status.exit_status : exit_code(ErrorCode::internal);
  }
  const pid_t pid = process.pid();
  std::move(process).leave();
  if (context.wants_json()) {
    context.print_json(Json{{"lab", open.place.name}, {"pid", pid}, {"log", log.string()}});
    return 0;
  }
  context.print(fmt::format("{}\n", pid));
  const std::string word = shell_word(open.place.name);
  context.say(fmt::format("{} runs in the background as process {}; its output: {}", open.place.name, pid,
                          log.string()));
  context.say("  next: " + context.err.style.cyan("leanlab status") + ", " +
              context.err.style.cyan("leanlab stop " + word));
  return 0;
}

}  // namespace leanlab::cli

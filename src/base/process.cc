// Children through posix_spawn (safe in a threaded process), waited for on pidfds.
#include "base/process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leanlab {

std::string ExitStatus::describe() const {
  if (signal_number != 0)
    return fmt::format("killed by signal {} ({})", signal_number, ::strsignal(signal_number));
  return fmt::format("exit status {}", exit_status);
}

RunningProcess::RunningProcess(RunningProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}

RunningProcess::~RunningProcess() {
  if (pid_ <= 0) return;
  send_signal(SIGKILL);
  static_cast<void>(wait());
}

void RunningProcess::send_signal(int signal_number) const {
  if (pid_ > 0) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal_number, nullptr, 0);
}

void RunningProcess::leave() && {
  pid_ = -1;
}

ExitStatus RunningProcess::wait() {
  INVARIANT(pid_ > 0);
  ExitStatus result;
  int status = 0;
  rusage usage{};
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFEXITED(status)) result.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal_number = WTERMSIG(status);
  const auto micros = [](const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
  };
  result.cpu = micros(usage.ru_utime) + micros(usage.ru_stime);
  result.max_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  return result;
}

Status signal_process(pid_t pid, int signal_number) {
  if (::kill(pid, signal_number) == 0) return {};
  return fail(errno_error(errno, fmt::format("cannot signal process {}", pid)));
}

std::filesystem::path find_program(const std::string& name, const char* path) {
  const auto runnable = [](const std::filesystem::path& file) {
    std::error_code error;
    return std::filesystem::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos)
    return runnable(name) ? std::filesystem::path(name) : std::filesystem::path();
  if (path == nullptr) path = std::getenv("PATH");
  if (path == nullptr) path = "/usr/local/bin:/usr/bin:/bin";
  std::string_view rest = path;
  while (true) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    const std::filesystem::path file = std::filesystem::path(folder.empty() ? "." : folder) / name;
    if (runnable(file)) return file;
    if (folder.size() == rest.size()) return {};
    rest.remove_prefix(folder.size() + 1);
  }
}

namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

struct FileActions {
  posix_spawn_file_actions_t value{};
  FileActions() { posix_spawn_file_actions_init(&value); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&value); }
};
struct Attributes {
  posix_spawnattr_t value{};
  Attributes() { posix_spawnattr_init(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&value); }
};

}  // namespace

Result<RunningProcess> spawn(const SpawnRequest& request) {
  INVARIANT(!request.argv.empty());
  const std::filesystem::path program = find_program(request.argv[0]);
  if (program.empty()) {
    return fail(ErrorCode::misconfigured, "cannot start {}: no such program{}", request.argv[0],
                request.argv[0].find('/') == std::string::npos ? " on PATH" : ", or it is not executable");
  }
  FileActions actions;
  // dup2 onto itself would keep close-on-exec set, and an early target may be a later source: so every
  // source is first moved out of the way, above all targets.
  int highest = 2;
  for (const auto& [ours, theirs] : request.fds) highest = std::max(highest, theirs);
  std::vector<Fd> moved;
  for (const auto& [ours, theirs] : request.fds) {
    moved.emplace_back(::fcntl(ours, F_DUPFD_CLOEXEC, highest + 1));
    if (!moved.back()) return fail(errno_error(errno, "cannot duplicate a descriptor"));
  }
  for (int standard = 0; standard < 3; ++standard) {
    const bool given = std::any_of(request.fds.begin(), request.fds.end(),
                                   [&](const auto& pair) { return pair.second == standard; });
    if (!given) posix_spawn_file_actions_addopen(&actions.value, standard, "/dev/null", O_RDWR, 0);
  }
  for (std::size_t i = 0; i < moved.size(); ++i)
    posix_spawn_file_actions_adddup2(&actions.value, moved[i].get(), request.fds[i].second);
  if (!request.cwd.empty()) posix_spawn_file_actions_addchdir_np(&actions.value, request.cwd.c_str());

  Attributes attributes;
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes.value, &signals);
  sigaddset(&signals, SIGPIPE);  // we ignore it; children should not
  posix_spawnattr_setsigdefault(&attributes.value, &signals);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (request.session == SpawnRequest::Session::own) flags |= POSIX_SPAWN_SETSID;
  posix_spawnattr_setflags(&attributes.value, flags);

  std::vector<std::string> words = request.argv;
  std::vector<std::string> variables;
  if (request.env) {
    for (const auto& [name, value] : *request.env) variables.push_back(name + "=" + value);
  }
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> env = pointers(variables);
  pid_t pid = -1;
  // A relative program is meant from our folder, but the child changes its own first.
  const std::filesystem::path absolute = std::filesystem::absolute(program);
  const int failed = ::posix_spawn(&pid, absolute.c_str(), &actions.value, &attributes.value, argv.data(),
                                   request.env ? env.data() : environ);
  if (failed != 0) {
    Error error = errno_error(failed, fmt::format("cannot start {}", program.string()));
    if (failed == ENOEXEC || failed == ENOENT || failed == EACCES) error.code = ErrorCode::misconfigured;
    return fail(std::move(error));
  }
  Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  INVARIANT(pidfd.get() >= 0);
  return RunningProcess(pid, std::move(pidfd));
}

Result<ProgramOutput> run_program(const SpawnRequest& request, std::chrono::milliseconds limit,
                                  const Interrupt* interrupt) {
  constexpr std::size_t k_kept = 1 << 20;
  TRY_ASSIGN(Pipe out, make_pipe());
  TRY_ASSIGN(Pipe err, make_pipe());
  SpawnRequest with_pipes = request;
  with_pipes.fds.emplace_back(out.write.get(), 1);
  with_pipes.fds.emplace_back(err.write.get(), 2);
  TRY_ASSIGN(RunningProcess process, spawn(with_pipes));
  out.write.close();
  err.write.close();

  ProgramOutput output;
  const auto end = std::chrono::steady_clock::now() + limit;
  Fd* ends[] = {&out.read, &err.read};
  std::string* texts[] = {&output.out, &output.err};
  bool ended = false;
  // A child of it may hold the pipes open for ever: after its own end only what is there is still read.
  while (*ends[0] || *ends[1]) {
    pollfd events[4] = {{ends[0]->get(), POLLIN, 0},
                        {ends[1]->get(), POLLIN, 0},
                        {ended ? -1 : process.pidfd(), POLLIN, 0},
                        {interrupt != nullptr ? interrupt->fd() : -1, POLLIN, 0}};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) {
      return fail(ErrorCode::misconfigured, "{} was not done within {} s", request.argv[0],
                  limit.count() / 1000);
    }
    const int ready = ::poll(events, 4, ended ? 0 : static_cast<int>(left));
    if (ready == 0 && ended) break;
    if (events[3].revents != 0) return fail(ErrorCode::interrupted, "interrupted");
    if (events[2].revents != 0) ended = true;
    for (int i = 0; i < 2; ++i) {
      if (!*ends[i] || events[i].revents == 0) continue;
      char piece[65536];
      const ssize_t got = ::read(ends[i]->get(), piece, sizeof piece);
      if (got <= 0) {
        ends[i]->close();
      } else if (texts[i]->size() < k_kept) {
        texts[i]->append(piece, static_cast<std::size_t>(got));
      }
    }
  }
  // Both pipes may be closed by a child that goes on running.
  while (!ended) {
    pollfd events[2] = {{process.pidfd(), POLLIN, 0},
                        {interrupt != nullptr ? interrupt->fd() : -1, POLLIN, 0}};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0)
      return fail(ErrorCode::misconfigured, "{} was not done within {} s", request.argv[0],
                  limit.count() / 1000);
    ::poll(events, 2, static_cast<int>(left));
    if (events[1].revents != 0) return fail(ErrorCode::interrupted, "interrupted");
    ended = events[0].revents != 0;
  }
  output.status = process.wait();
  return output;
}

}  // namespace leanlab

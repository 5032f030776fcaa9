// runner_process: fork, confine, exec; then SIGCONT is "go" and the group stop is "done".
// A group stop stops every thread, so nothing runs ahead of a go and nothing is written after the time was taken.
#include "runner_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "alarm.h"
#include "confine.h"
#include "failure.h"

namespace {

constexpr double k_load_seconds = 3, k_go_seconds = 3;
// The judge wakes up a little before the kernel has put the last thread to sleep.
constexpr int k_settle_rounds = 250;
constexpr timespec k_settle_pause{0, 20'000};
constexpr rlim_t k_memory_bytes = 1ull << 30, k_output_bytes = 64 << 10, k_cpu_seconds = 60;

// A file without a name in the work folder: memory files are denied to experiments, and with them to this process.
int make_file(const std::string& folder) {
  std::string name = folder + "/area.XXXXXX";
  int fd = mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) throw Failure{"cannot make a file in " + folder + ": " + strerror(errno)};
  unlink(name.c_str());
  return fd;
}

std::string read_some(int fd) {
  char text[400];
  ssize_t size = pread(fd, text, sizeof text, 0);
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : std::string();
}

void limit(int what, rlim_t value) {
  rlimit both{value, value};
  setrlimit(static_cast<__rlimit_resource>(what), &both);
}

// In the forked child. Descriptors above 4 are closed; 4 is the program and close-on-exec.
[[noreturn]] void exec_runner(int program, int area, int out, int err, pid_t judge) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != judge) _exit(70);
  int null = open("/dev/null", O_RDONLY);
  dup2(null, 0), dup2(out, 1), dup2(err, 2);
  dup2(area, k_area_fd);
  if (program == k_program_fd)
    fcntl(program, F_SETFD, FD_CLOEXEC);
  else
    dup3(program, k_program_fd, O_CLOEXEC);
  syscall(__NR_close_range, k_program_fd + 1, ~0u, 0);
  limit(RLIMIT_AS, k_memory_bytes), limit(RLIMIT_FSIZE, k_output_bytes), limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, k_cpu_seconds);
  if (!confine()) {
    dprintf(2, "the kernel refuses a seccomp filter: %s", strerror(errno));
    _exit(71);
  }
  char name[] = "runner", empty[] = "";
  char* argv[] = {name, nullptr};
  char* env[] = {nullptr};
  syscall(__NR_execveat, k_program_fd, empty, argv, env, AT_EMPTY_PATH);
  _exit(72);
}

std::string describe(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED)
    return "ended the process with exit status " + std::to_string(info.si_status);
  if (info.si_code == CLD_STOPPED) return std::string("was stopped by ") + strsignal(info.si_status);
  return std::string("crashed (") + strsignal(info.si_status) + ")";
}

}  // namespace

RunnerProcess::RunnerProcess(const std::string& program) {
  const std::string folder = program.substr(0, program.rfind('/'));
  area_fd_ = make_file(folder), out_fd_ = make_file(folder), err_fd_ = make_file(folder);
  if (ftruncate(area_fd_, k_area_bytes) != 0) throw Failure{std::string("shared memory: ") + strerror(errno)};
  void* mapped = mmap(nullptr, k_area_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, area_fd_, 0);
  if (mapped == MAP_FAILED) throw Failure{std::string("shared memory: ") + strerror(errno)};
  area_ = static_cast<char*>(mapped);

  int file = open(program.c_str(), O_PATH | O_CLOEXEC);
  pid_t judge = getpid();
  // Above 4, so that no dup2 in the child overwrites one that is still needed.
  int high[] = {fcntl(file, F_DUPFD_CLOEXEC, 16), fcntl(area_fd_, F_DUPFD_CLOEXEC, 16),
                fcntl(out_fd_, F_DUPFD_CLOEXEC, 16), fcntl(err_fd_, F_DUPFD_CLOEXEC, 16)};
  pid_ = fork();
  if (pid_ == 0) exec_runner(high[0], high[1], high[2], high[3], judge);
  for (int fd : high) close(fd);
  close(file);
  if (pid_ < 0) throw Failure{std::string("fork: ") + strerror(errno)};
  clock_getcpuclockid(pid_, &cpu_clock_);
  wait_stopped("while it was loaded", k_load_seconds);
  settle();
}

RunnerProcess::~RunnerProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (area_) munmap(area_, k_area_bytes);
  for (int fd : {area_fd_, out_fd_, err_fd_})
    if (fd >= 0) close(fd);
}

double RunnerProcess::cpu_seconds() const {
  timespec t{};
  clock_gettime(cpu_clock_, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

std::string RunnerProcess::said() const {
  std::string text = read_some(err_fd_);
  return text.empty() ? text : "; its stderr begins: " + text;
}

void RunnerProcess::wait_stopped(const char* when, double limit_seconds) {
  siginfo_t info{};
  bool rang;
  {
    Alarm alarm(pid_, limit_seconds);
    while (waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED) < 0 && errno == EINTR) {
    }
    rang = alarm.rang();
  }
  if (info.si_code == CLD_STOPPED && info.si_status == SIGSTOP) {
    return;
  }
  if (info.si_code != CLD_STOPPED) pid_ = -1;  // it is gone, and waited for
  if (rang)
    throw Failure{std::string("the experiment took longer than ") +
                  std::to_string(static_cast<int>(limit_seconds)) + " s " + when + said()};
  throw Failure{"the experiment " + describe(info) + " " + when + said()};
}

// Waits until its clock stands still; from then on it must not move at all until the next go.
void RunnerProcess::settle() {
  for (int i = 0; i < k_settle_rounds; ++i) {
    double before = cpu_seconds();
    nanosleep(&k_settle_pause, nullptr);
    cpu_at_stop_ = cpu_seconds();
    if (cpu_at_stop_ == before) return;
  }
}

void RunnerProcess::check_quiet() const {
  if (cpu_seconds() != cpu_at_stop_) throw Failure{"the experiment used processor time while it was stopped"};
  std::string out = read_some(out_fd_);
  if (!out.empty())
    throw Failure{"the experiment printed to stdout, which is not part of the contract: " + out};
}

Timing RunnerProcess::go() {
  check_quiet();
  double cpu = cpu_seconds(), wall = now();
  kill(pid_, SIGCONT);
  wait_stopped("while it computed a product", k_go_seconds);
  wall = now() - wall;
  settle();
  return {wall, cpu_at_stop_ - cpu};
}

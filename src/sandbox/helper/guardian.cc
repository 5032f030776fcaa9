// One poll loop: the command's pidfd, the supervisor's socket, the set-up channel, and a sample of the tree's use.
#include "guardian.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "disk_use.h"
#include "process_tree.h"
#include "stopped_calls.h"
#include "world.h"

namespace leanlab::helper {
namespace {

constexpr std::uint64_t k_look_us = 200'000;

std::uint64_t now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // does not count while the machine is suspended
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

std::uint64_t tree_cpu_us(const TreeUsage& living) {
  rusage dead{};
  ::getrusage(RUSAGE_CHILDREN, &dead);
  const auto micros = [](const timeval& t) {
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(t.tv_usec);
  };
  return living.cpu_us + micros(dead.ru_utime) + micros(dead.ru_stime);
}

class Guardian {
 public:
  Guardian(const Request& request, const Contained& contained, int control)
      : request_(request), contained_(contained), control_(control) {}

  Report run(SetupError& error) {
    while (!done_) wait_for_something();
    report_.wall_us = std::max<std::uint64_t>(now_us() - started_, 1);
    report_.leftovers = end_tree(contained_.pid, &report_.wait_status, &report_.survivors);
    drain_setup();
    if (parse_setup_error(setup_text_, error)) return report_;
    if (request_.tier == Tier::A) ask_init();
    if (disk_full_) report_.wait_status = SIGXFSZ;
    report_.denied = calls_.counts();
    classify();
    return report_;
  }

 private:
  void wait_for_something() {
    pollfd events[] = {{contained_.pidfd, POLLIN, 0},
                       {control_, POLLIN, 0},
                       {contained_.setup, POLLIN, 0},
                       {calls_.fd(), POLLIN, 0}};
    ::poll(events, std::size(events), timeout_ms());
    // On a busy machine a short command has ended before we learn that it began: then its time counts from the fork.
    const bool ended = events[0].revents != 0;
    if (events[2].revents != 0) read_setup(ended ? Start::known_too_late : Start::now);
    if ((events[3].revents & POLLIN) != 0)
      calls_.answer_one();
    else if (events[3].revents != 0)
      calls_
          .stop_listening();  // nobody is left who could call: else we would spin while the world is taken down
    if (ended)
      done_ = true;
    else if (events[1].revents != 0)
      stop_for(End::stopped);
    else
      sample();
  }

  int timeout_ms() const {
    const std::uint64_t now = now_us();
    std::uint64_t next = ~std::uint64_t{0};
    if (needs_samples()) next = std::min(next, next_sample_);
    if (request_.wall_ms != 0) next = std::min(next, started_ + request_.wall_ms * 1000);
    if (next == ~std::uint64_t{0}) return -1;
    return next <= now ? 0 : static_cast<int>(std::min<std::uint64_t>((next - now + 999) / 1000, 1'000'000));
  }

  bool needs_samples() const {
    return request_.memory_bytes != 0 || request_.cpu_s != 0 || request_.processes != 0 ||
           request_.disk_bytes != 0;
  }

  void sample() {
    const std::uint64_t now = now_us();
    if (request_.wall_ms != 0 && now >= started_ + request_.wall_ms * 1000) return stop_for(End::wall_limit);
    if (!needs_samples() || now < next_sample_) return;
    // Soon at first, since a greedy program is fast, then at a pace that costs nothing. A short run has no sample.
    sample_step_ = std::min<std::uint64_t>(sample_step_ * 2, 80'000);
    next_sample_ = now + sample_step_;
    const TreeUsage usage = measure_tree();
    seen_cpu_us_ = tree_cpu_us(usage);
    if (request_.processes != 0 && usage.threads > request_.processes + spare_processes())
      return stop_for(End::process_limit);
    if (request_.cpu_s != 0 && tree_cpu_us(usage) > request_.cpu_s * 1'000'000)
      return stop_for(End::cpu_limit);
    if (disk_is_full(now)) return stop_for_disk();
    if (request_.memory_bytes == 0 || usage.rss_bytes <= request_.memory_bytes) return;
    if (proportional_memory() > request_.memory_bytes) stop_for(End::memory_limit);
  }

  // In tier A the kernel refuses the fork at the limit; the guardian only sees to it where root is exempt.
  std::uint64_t spare_processes() const { return request_.tier == Tier::A ? 8 : 0; }

  // In tier A the private folder is a tmpfs with a size. Elsewhere it is looked at now and then, the more rarely the longer
  // a look takes.
  bool disk_is_full(std::uint64_t now) {
    if (request_.tier == Tier::A || (request_.disk_bytes == 0 && request_.disk_inodes == 0) ||
        now < next_look_)
      return false;
    const DiskUse use = measure_disk(request_.tmp, request_.disk_bytes, request_.disk_inodes);
    next_look_ = now_us() + std::max(k_look_us, 10 * (now_us() - now));
    return (request_.disk_bytes != 0 && use.bytes > request_.disk_bytes) ||
           (request_.disk_inodes != 0 && use.files > request_.disk_inodes);
  }

  // Told as what the kernel says of one file that is too large.
  void stop_for_disk() {
    stop_for(End::signalled);
    disk_full_ = true;
  }

  void stop_for(End reason) {
    report_.end = reason;
    stopped_ = true;
    done_ = true;
  }

  enum class Start { now, known_too_late };
  void read_setup(Start start) {
    int listener = -1;
    const bool open = read_setup_channel(contained_.setup, setup_text_, listener);
    if (listener >= 0) calls_.listen(listener);
    if (open) return;
    ::close(contained_.setup);
    contained_.setup = -1;
    // The command has been exec'd: set-up does not count as its time.
    if (start == Start::now) started_ = now_us();
  }

  // A command that failed to start may have ended with its reason still unread behind the descriptor that it sent.
  void drain_setup() {
    pollfd event{contained_.setup, POLLIN, 0};
    while (contained_.setup >= 0 && ::poll(&event, 1, 0) > 0) read_setup(Start::known_too_late);
  }

  // The init knows how the command ended and what it left, unless it was itself ended by us.
  void ask_init() {
    InitReport init;
    if (::read(contained_.ended, &init, sizeof init) == sizeof init) {
      report_.wait_status = init.wait_status;
      report_.leftovers = init.leftovers;
    }
  }

  void classify() {
    rusage dead{};
    ::getrusage(RUSAGE_CHILDREN, &dead);
    // What an init's end takes with it is counted to nobody: then the last sample tells more.
    report_.cpu_us = std::max(tree_cpu_us({}), seen_cpu_us_);
    report_.rss_bytes = static_cast<std::uint64_t>(dead.ru_maxrss) * 1024;
    if (stopped_) return;
    report_.end = WIFSIGNALED(report_.wait_status) ? End::signalled : End::exited;
    const bool cpu_spent = request_.cpu_s != 0 && report_.cpu_us >= request_.cpu_s * 1'000'000;
    const int signal_number = WIFSIGNALED(report_.wait_status) ? WTERMSIG(report_.wait_status) : 0;
    if (signal_number == SIGXCPU || (signal_number == SIGKILL && cpu_spent)) report_.end = End::cpu_limit;
  }

  const Request& request_;
  Contained contained_;
  int control_;
  Report report_;
  bool done_ = false, stopped_ = false, disk_full_ = false;
  std::uint64_t started_ = now_us();
  std::uint64_t seen_cpu_us_ = 0;
  std::uint64_t sample_step_ = 20'000, next_sample_ = started_ + sample_step_;
  std::uint64_t next_look_ = 0;
  std::string setup_text_;
  StoppedCalls calls_{request_};
};

}  // namespace

Report guard(const Request& request, const Contained& contained, int control, SetupError& error) {
  return Guardian(request, contained, control).run(error);
}

}  // namespace leanlab::helper

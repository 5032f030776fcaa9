// Spawns the helper, drains the command's output, and watches: one poll loop on the caller's thread.
#include "sandbox/launch.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/fs.h"
#include "base/random.h"
#include "sandbox/cgroup.h"
#include "sandbox/guardian.h"
#include "sandbox/private_folder.h"
#include "sandbox/wire.h"

namespace leanlab::sandbox {

const char* name(End end) {
  switch (end) {
    case End::exited:
      return "exited";
    case End::signalled:
      return "signalled";
    case End::wall_limit:
      return "wall_limit";
    case End::cpu_limit:
      return "cpu_limit";
    case End::memory_limit:
      return "memory_limit";
    case End::process_limit:
      return "process_limit";
    case End::interrupted:
      return "interrupted";
    case End::guardian_lost:
      return "guardian_lost";
  }
  return "exited";
}

Result<std::filesystem::path> helper_path() {
  static const std::filesystem::path found = [] {
    const std::filesystem::path ours = executable_path().parent_path();
    std::vector<std::filesystem::path> places = {ours, ours.parent_path() / "libexec/leanlab"};
    // In the build tree our binary lies in some folder below the root of the build.
    std::filesystem::path above = ours;
    for (int level = 0; level < 5; ++level) {
      places.push_back(above / "src/sandbox/helper");
      above = above.parent_path();
    }
    for (const auto& place : places) {
      if (::access((place / "leanlab-sandbox").c_str(), X_OK) == 0) return place / "leanlab-sandbox";
    }
    return std::filesystem::path();
  }();
  if (found.empty()) {
    return fail(
        Error(
            ErrorCode::misconfigured,
            fmt::format("the helper leanlab-sandbox is neither beside leanlab ({}) nor in ../libexec/leanlab",
                        executable_path().parent_path().string()))
            .then("install leanlab again, or build the target leanlab-sandbox"));
  }
  return found;
}

namespace {

using Steady = std::chrono::steady_clock;  // does not count while the machine is suspended

// Each run holds a handful of descriptors; the usual soft limit of 1,024 would allow only some 200 at once.
void allow_many_descriptors() {
  static std::once_flag once;
  std::call_once(once, [] {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::max(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 65536));
    ::setrlimit(RLIMIT_NOFILE, &limit);
  });
}

struct Sockets {
  Fd ours, theirs;
};
Result<Sockets> make_sockets() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(errno_error(errno, "cannot make a socket pair"));
  return Sockets{Fd(ends[0]), Fd(ends[1])};
}

// A memory file, not a pipe: nobody has to feed it, and a command that never reads it blocks nobody.
Result<Fd> make_input(const std::optional<std::string>& text) {
  if (!text) return open_file("/dev/null", O_RDONLY);
  Fd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file) return fail(errno_error(errno, "cannot make the command's input"));
  TRY(write_all(file.get(), *text));
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

Status send_all(int socket, std::string_view data) {
  while (!data.empty()) {
    const ssize_t sent = ::send(socket, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return fail(errno_error(errno, "cannot send the request to leanlab-sandbox"));
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

void default_variable(Command& command, std::string_view key, const std::string& value) {
  const bool given = std::any_of(command.env.begin(), command.env.end(),
                                 [&](const auto& pair) { return pair.first == key; });
  if (!given) command.env.emplace_back(key, value);
}

void tell(const RunGroup::Use& use, Outcome& outcome) {
  outcome.status.cpu = use.cpu;
  outcome.survivors = std::max(outcome.survivors, use.survivors);
  if (outcome.end != End::exited && outcome.end != End::signalled) return;
  if (use.memory_spent)
    outcome.end = End::memory_limit;
  else if (use.processes_spent && outcome.tier != Tier::A)
    outcome.end = End::process_limit;
}

std::string fresh_mark() {
  return fmt::format("{:016x}{:016x}", entropy_seed(), entropy_seed());
}

/// One run: holds the descriptors and what has come so far.
class Launch {
 public:
  Launch(const Policy& policy, const Command& command, Tier tier, const Interrupt& interrupt)
      : policy_(policy), command_(command), tier_(tier), interrupt_(interrupt) {}

  Result<Outcome> run() {
    TRY(prepare());
    TRY_ASSIGN(const std::filesystem::path helper, helper_path());
    TRY_ASSIGN(Guardian guardian, start(helper));
    watch(guardian);
    drain_what_is_there();
    const ExitStatus helper_status = guardian.wait();
    Result<Outcome> outcome =
        report_.empty() ? guardian_lost(helper) : decode_report(report_, command_, tier_);
    if (!outcome) return outcome;
    if (report_.empty()) outcome->status = helper_status;
    // A helper that its command had stopped only learns from us that the time is up.
    if (outcome->end == End::interrupted && !interrupt_.raised())
      outcome->end = refused_ ? End::process_limit : End::wall_limit;
    if (group_) {
      TRY_ASSIGN(const RunGroup::Use use, group_->finish());
      tell(use, *outcome);
    }
    outcome->out = std::move(output_[0].kept);
    outcome->err = std::move(output_[1].kept);
    outcome->out_bytes = output_[0].bytes;
    outcome->err_bytes = output_[1].bytes;
    return outcome;
  }

 private:
  struct Output {
    Stream stream;
    Fd pipe;
    std::string kept;
    std::uint64_t bytes = 0;
  };

  Status prepare() {
    if (command_.argv.empty()) return fail(ErrorCode::misconfigured, "there is no command to run");
    allow_many_descriptors();
    std::string tmp = "/tmp";
    if (tier_ != Tier::A) {
      TRY_ASSIGN(TempDirectory made, TempDirectory::make(temporary_parent(tier_)),
                 "while making the command's temporary folder");
      tmp = made.path().string();
      tmp_.emplace(std::move(made));
    }
    default_variable(command_, "HOME", tmp);
    default_variable(command_, "TMPDIR", tmp);
    if (tier_ == Tier::C) {
      mark_ = fresh_mark();
      command_.env.emplace_back(k_mark_variable, mark_);
    }
    std::string cgroup;
    if (!kernel_limits().group.empty()) {
      TRY_ASSIGN(RunGroup made, RunGroup::make(policy_.limits, tmpfs_bytes(policy_.limits, tier_, tmp)));
      cgroup = made.path().string();
      group_.emplace(std::move(made));
    }
    TRY_ASSIGN(request_, encode_request(policy_, command_, tier_, tmp, cgroup));
    return {};
  }

  Result<Guardian> start(const std::filesystem::path& helper) {
    TRY_ASSIGN(const Fd input, make_input(command_.input));
    TRY_ASSIGN(Pipe out, make_pipe());
    TRY_ASSIGN(Pipe err, make_pipe());
    TRY_ASSIGN(Sockets sockets, make_sockets());
    Descriptors descriptors = {{sockets.theirs.get(), k_control_fd}};
    int theirs = k_first_further_fd;
    for (const auto& [ours, unused] : command_.fds) descriptors.emplace_back(ours, theirs++);
    Sockets door;
    if (has_doors(policy_, command_, tier_)) {
      TRY_ASSIGN(door, make_sockets());
      descriptors.emplace_back(door.theirs.get(), theirs++);
      set_nonblocking(door.ours.get());
    }
    descriptors.insert(descriptors.end(), {{input.get(), 0}, {out.write.get(), 1}, {err.write.get(), 2}});
    started_ = Steady::now();
    TRY_ASSIGN(Guardian guardian, guardian_for(helper, descriptors));
    sockets.theirs.close();
    TRY(send_all(sockets.ours.get(), request_));
    control_ = std::move(sockets.ours);
    door_ = std::move(door.ours);
    output_[0].pipe = std::move(out.read);
    output_[1].pipe = std::move(err.read);
    for (const Output& output : output_) set_nonblocking(output.pipe.get());
    return guardian;
  }

  Result<Guardian> guardian_for(const std::filesystem::path& helper, const Descriptors& descriptors) const {
    if (tier_ == Tier::C) return Guardian::spawn(helper, descriptors);
    return Guardian::ask_for(
        helper, descriptors,
        tier_ == Tier::A && !policy_.network ? Guardian::Namespaces::lent : Guardian::Namespaces::fresh);
  }

  // Until the helper has sent its whole report or is gone.
  void watch(const Guardian& guardian) {
    while (control_) {
      pollfd events[] = {
          {control_.get(), POLLIN, 0},        {output_[0].pipe.get(), POLLIN, 0},
          {output_[1].pipe.get(), POLLIN, 0}, {asked_ ? -1 : interrupt_.fd(), POLLIN, 0},
          {door_.get(), POLLIN, 0},           {watches_refusals() ? group_->refusals() : -1, POLLPRI, 0}};
      ::poll(events, std::size(events), timeout_ms());
      if (events[1].revents != 0) read_output(output_[0]);
      if (events[2].revents != 0) read_output(output_[1]);
      if (events[3].revents != 0) ask_to_stop();
      if (events[4].revents != 0) take_door();
      if (events[5].revents != 0) stop_a_bomb();
      if (events[0].revents != 0) read_report();
      press(guardian);
    }
  }

  // The helper keeps all limits itself. These times are for one that was stopped by its command (tier C).
  void press(const Guardian& guardian) {
    const Steady::time_point now = Steady::now();
    if (!asked_ && policy_.limits.wall.count() > 0 && now > started_ + policy_.limits.wall + k_grace)
      ask_to_stop();
    if (!asked_) return;
    if (now > *asked_ + k_grace) guardian.resume();
    if (now > *asked_ + k_patience) {
      guardian.kill();
      control_.close();
      report_.clear();
    }
  }

  int timeout_ms() const {
    Steady::time_point next = Steady::now() + std::chrono::hours(1);
    if (asked_)
      next = std::min(next, Steady::now() + std::chrono::seconds(1));
    else if (policy_.limits.wall.count() > 0)
      next = std::min(next, started_ + policy_.limits.wall + k_grace);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Steady::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left + 1, 1, 3'600'000));
  }

  // In tier A the limit of each user refuses a fork before, and the command goes on.
  bool watches_refusals() const { return group_ && tier_ != Tier::A && !asked_; }
  void stop_a_bomb() {
    refused_ = true;
    ask_to_stop();
  }

  // The end of what we send is the request to stop; the report still comes the other way.
  void ask_to_stop() {
    if (asked_) return;
    asked_ = Steady::now();
    ::shutdown(control_.get(), SHUT_WR);
  }

  void read_report() {
    char piece[4096];
    const ssize_t got = ::read(control_.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) return;
    if (got > 0)
      report_.append(piece, static_cast<std::size_t>(got));
    else
      control_.close();
  }

  // A listener of the command's own network, and its port.
  void take_door() {
    std::uint16_t port = 0;
    int listener = -1;
    iovec piece{&port, sizeof port};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof listener)] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    const ssize_t got = ::recvmsg(door_.get(), &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) return door_.close();
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr && header->cmsg_type == SCM_RIGHTS)
      std::memcpy(&listener, CMSG_DATA(header), sizeof listener);
    if (listener >= 0 && command_.on_door) command_.on_door(ntohs(port), Fd(listener));
  }

  // Returns whether there may be more.
  bool read_output(Output& output) {
    char piece[65536];
    const ssize_t got = ::read(output.pipe.get(), piece, sizeof piece);
    if (got < 0) return errno == EINTR;
    if (got == 0) {
      output.pipe.close();
      return false;
    }
    const std::string_view text(piece, static_cast<std::size_t>(got));
    output.bytes += text.size();
    const std::uint64_t room = policy_.limits.output_bytes -
                               std::min<std::uint64_t>(policy_.limits.output_bytes, output.kept.size());
    output.kept.append(text.substr(0, room));
    if (command_.on_output) command_.on_output(output.stream, text);
    return true;
  }

  // Bounded: in tier C something may have survived that goes on writing.
  void drain_what_is_there() {
    constexpr int k_most_pieces = 64;
    for (Output& output : output_) {
      for (int i = 0; output.pipe && i < k_most_pieces && read_output(output); ++i) {
      }
    }
  }

  Result<Outcome> guardian_lost(const std::filesystem::path& helper) {
    Outcome outcome;
    outcome.end = End::guardian_lost;
    outcome.tier = tier_;
    outcome.wall = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - started_);
    if (mark_.empty()) return outcome;
    SpawnRequest sweep;
    sweep.argv = {helper.string(), "--sweep", fmt::format("{}={}", k_mark_variable, mark_)};
    TRY_ASSIGN(const ProgramOutput swept, run_program(sweep, std::chrono::seconds(30)),
               "while ending what a command left");
    outcome.killed_leftovers = static_cast<std::uint32_t>(std::strtoul(swept.out.c_str(), nullptr, 10));
    return outcome;
  }

  static constexpr const char* k_mark_variable = "LEANLAB_SANDBOX_RUN";
  static constexpr std::chrono::seconds k_grace{2}, k_patience{13};

  const Policy& policy_;
  Command command_;
  Tier tier_;
  const Interrupt& interrupt_;
  std::optional<TempDirectory> tmp_;
  std::optional<RunGroup> group_;
  bool refused_ = false;
  std::string mark_, request_, report_;
  Fd control_, door_;
  Output output_[2] = {{Stream::out, {}, {}, 0}, {Stream::err, {}, {}, 0}};
  Steady::time_point started_;
  std::optional<Steady::time_point> asked_;
};

}  // namespace

Result<Outcome> run(const Policy& policy, const Command& command, Tier tier, const Interrupt& interrupt) {
  return Launch(policy, command, tier, interrupt).run();
}

}  // namespace leanlab::sandbox

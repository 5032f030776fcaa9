// setrlimit(2) and the cores from the request. A limit of ours never exceeds one that is already in force.
#include "limits.h"

#include <algorithm>

#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include "identity.h"
#include "setup_channel.h"

namespace leanlab::helper {
namespace {

void limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) setup_failed("limits");
  now.rlim_max = std::min(now.rlim_max, hard);
  now.rlim_cur = std::min(now.rlim_max, soft);
  if (::setrlimit(resource, &now) != 0) setup_failed("limits");
}

void limit(__rlimit_resource resource, rlim_t value) {
  limit(resource, value, value);
}

void pin(const std::vector<unsigned>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned cpu : cpus) CPU_SET(cpu, &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) setup_failed("affinity");
}

rlim_t running_on_this_machine() {
  struct sysinfo info{};
  return ::sysinfo(&info) == 0 ? info.procs : 0;
}

}  // namespace

void apply_limits(const Request& request) {
  constexpr rlim_t k_usual_open_files = 1024;
  pin(request.cpus);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_MSGQUEUE, 0);
  limit(RLIMIT_MEMLOCK, 64 << 10);
  // The guardian keeps this limit, by exact times. The kernel's own goes by clock ticks, which on a busy machine charge a
  // process for what others used: it stands behind the guardian, for a command that stops it. SIGXCPU tells that it was this.
  if (request.cpu_s != 0) {
    const rlim_t behind = request.cpu_s + request.cpu_s / 4 + 2;
    limit(RLIMIT_CPU, behind, behind + 1);
  }
  // Writable private memory, not address space: runtimes reserve far more than they use. The margin leaves it to the
  // guardian, which can say so, to end a process that really fills its memory.
  if (request.memory_bytes != 0)
    limit(RLIMIT_DATA, request.memory_bytes + request.memory_bytes / 4 + (64 << 20));
  if (request.file_bytes != 0) limit(RLIMIT_FSIZE, request.file_bytes);
  if (request.open_files != 0)
    limit(RLIMIT_NOFILE, request.open_files);
  else
    limit(RLIMIT_NOFILE, k_usual_open_files,
          RLIM_INFINITY);  // select(2) breaks above; a program may raise it
  // Counted per user namespace: only in tier A is it this run alone. The init is in it too, and an ordinary user's guardian.
  if (request.tier == Tier::A && request.processes != 0)
    limit(RLIMIT_NPROC, request.processes + (makes_view_as_root() ? 1 : 2));
  // Elsewhere it counts all that the user runs, and the guardian counts this run: a ceiling for a bomb, far above
  // what is honest.
  if (request.tier != Tier::A) limit(RLIMIT_NPROC, running_on_this_machine() + 8 * request.processes + 2048);
}

}  // namespace leanlab::helper

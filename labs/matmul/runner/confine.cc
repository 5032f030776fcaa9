// confine: a seccomp allow-list. The runner is linked statically, so that not even the loader needs to open a file.
#include "confine.h"

#include <vector>

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

#if defined(__x86_64__)
constexpr unsigned k_arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned k_arch = AUDIT_ARCH_AARCH64;
#else
#error "the matmul lab knows x86-64 and aarch64"
#endif

constexpr unsigned k_allowed[] = {
    __NR_brk,
    __NR_mmap,
    __NR_munmap,
    __NR_mprotect,
    __NR_mremap,
    __NR_madvise,
    __NR_read,
    __NR_write,
    __NR_writev,
    __NR_close,
    __NR_fstat,
    __NR_set_tid_address,
    __NR_set_robust_list,
    __NR_rseq,
    __NR_getrandom,
    __NR_futex,
    __NR_exit,
    __NR_exit_group,
    __NR_rt_sigaction,
    __NR_rt_sigprocmask,
    __NR_rt_sigreturn,
    __NR_sigaltstack,
    __NR_sched_yield,
    __NR_sched_getaffinity,
    __NR_clock_gettime,
    __NR_clock_nanosleep,
    __NR_nanosleep,
    __NR_gettid,
    __NR_getpid,
    __NR_restart_syscall,
#if defined(__x86_64__)
    __NR_arch_prctl,
#endif
};

constexpr unsigned char k_load = BPF_LD | BPF_W | BPF_ABS, k_equal = BPF_JMP | BPF_JEQ | BPF_K,
                        k_return = BPF_RET | BPF_K;

struct Filter {
  std::vector<sock_filter> code;

  void load(size_t offset) { code.push_back(BPF_STMT(k_load, static_cast<unsigned>(offset))); }
  void answer(unsigned what) { code.push_back(BPF_STMT(k_return, what)); }
  void deny(int error) { answer(SECCOMP_RET_ERRNO | static_cast<unsigned>(error)); }
  // The next `skip` instructions are for this value; any other jumps over them.
  void when(unsigned value, unsigned char skip) { code.push_back(BPF_JUMP(k_equal, value, 0, skip)); }
};

// Low half of argument `index`; both architectures are little-endian.
size_t argument(int index) {
  return offsetof(seccomp_data, args) + 8 * static_cast<size_t>(index);
}

Filter allow_list() {
  Filter f;
  f.load(offsetof(seccomp_data, arch));
  f.code.push_back(BPF_JUMP(k_equal, k_arch, 1, 0));
  f.answer(SECCOMP_RET_KILL_PROCESS);
  f.load(offsetof(seccomp_data, nr));
  for (unsigned number : k_allowed) {
    f.when(number, 1);
    f.answer(SECCOMP_RET_ALLOW);
  }
  f.when(__NR_execveat, 4);  // the runner itself: that descriptor is gone after it, and no other can be made
  f.load(argument(0));
  f.when(k_program_fd, 1);
  f.answer(SECCOMP_RET_ALLOW);
  f.deny(EPERM);
  f.when(__NR_clone3, 1);  // glibc then falls back to clone, whose flags a filter can see
  f.deny(ENOSYS);
  f.when(__NR_clone, 4);  // threads only: their CPU time is the runner's
  f.load(argument(0));
  f.code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
  f.answer(SECCOMP_RET_ALLOW);
  f.deny(EPERM);
  f.when(__NR_tgkill, 7);  // only to itself (exec keeps the id), only to stop or to abort
  f.load(argument(0));
  f.when(static_cast<unsigned>(getpid()), 4);
  f.load(argument(2));
  f.code.push_back(BPF_JUMP(k_equal, SIGSTOP, 1, 0));
  f.code.push_back(BPF_JUMP(k_equal, SIGABRT, 0, 1));
  f.answer(SECCOMP_RET_ALLOW);
  f.deny(EPERM);
  f.deny(EPERM);
  return f;
}

}  // namespace

bool confine() {
  Filter filter = allow_list();
  sock_fprog program{static_cast<unsigned short>(filter.code.size()), filter.code.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

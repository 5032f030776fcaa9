// A deny list: honest programs use hundreds of calls, and what may do harm here is known and short.
#include "seccomp_rules.h"

#include <cerrno>

#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

namespace leanlab::helper {
namespace {

#define LEANLAB_CALL(name) SYS_##name, #name

// Other processes, the kernel's own state, and ways around the file view: for nobody.
const CallRule k_denied[] = {
    {LEANLAB_CALL(ptrace), EPERM, true},
    {LEANLAB_CALL(process_vm_readv), EPERM, true},
    {LEANLAB_CALL(process_vm_writev), EPERM, true},
    {LEANLAB_CALL(process_madvise), EPERM, true},
    {LEANLAB_CALL(process_mrelease), EPERM, true},
    {LEANLAB_CALL(pidfd_getfd), EPERM, true},
    {LEANLAB_CALL(kcmp), EPERM, true},
    {LEANLAB_CALL(move_pages), EPERM, true},
    {LEANLAB_CALL(migrate_pages), EPERM, true},
    {LEANLAB_CALL(mount), EPERM, true},
    {LEANLAB_CALL(umount2), EPERM, true},
    {LEANLAB_CALL(pivot_root), EPERM, true},
    {LEANLAB_CALL(chroot), EPERM, true},
    {LEANLAB_CALL(move_mount), EPERM, true},
    {LEANLAB_CALL(open_tree), EPERM, true},
    {LEANLAB_CALL(fsopen), EPERM, true},
    {LEANLAB_CALL(fsmount), EPERM, true},
    {LEANLAB_CALL(fsconfig), EPERM, true},
    {LEANLAB_CALL(fspick), EPERM, true},
    {LEANLAB_CALL(mount_setattr), EPERM, true},
    {LEANLAB_CALL(setns), EPERM, true},
    {LEANLAB_CALL(unshare), EPERM, true},
    {LEANLAB_CALL(bpf), EPERM, true},
    {LEANLAB_CALL(perf_event_open), EPERM, true},
    {LEANLAB_CALL(userfaultfd), EPERM, true},
    {LEANLAB_CALL(io_uring_setup), EPERM, true},
    {LEANLAB_CALL(io_uring_enter), EPERM, true},
    {LEANLAB_CALL(io_uring_register), EPERM, true},
    {LEANLAB_CALL(keyctl), EPERM, true},
    {LEANLAB_CALL(add_key), EPERM, true},
    {LEANLAB_CALL(request_key), EPERM, true},
    {LEANLAB_CALL(open_by_handle_at), EPERM, true},
    {LEANLAB_CALL(name_to_handle_at), EPERM, true},
    {LEANLAB_CALL(fanotify_init), EPERM, true},
    {LEANLAB_CALL(shmget), EPERM, true},
    {LEANLAB_CALL(shmat), EPERM, true},
    {LEANLAB_CALL(shmctl), EPERM, true},
    {LEANLAB_CALL(msgget), EPERM, true},
    {LEANLAB_CALL(msgsnd), EPERM, true},
    {LEANLAB_CALL(msgrcv), EPERM, true},
    {LEANLAB_CALL(msgctl), EPERM, true},
    {LEANLAB_CALL(semget), EPERM, true},
    {LEANLAB_CALL(semop), EPERM, true},
    {LEANLAB_CALL(semtimedop), EPERM, true},
    {LEANLAB_CALL(semctl), EPERM, true},
    {LEANLAB_CALL(mq_open), EPERM, true},
    {LEANLAB_CALL(mq_unlink), EPERM, true},
    {LEANLAB_CALL(ioprio_set), EPERM, true},
    {LEANLAB_CALL(init_module), EPERM, true},
    {LEANLAB_CALL(finit_module), EPERM, true},
    {LEANLAB_CALL(delete_module), EPERM, true},
    {LEANLAB_CALL(kexec_load), EPERM, true},
    {LEANLAB_CALL(reboot), EPERM, true},
    {LEANLAB_CALL(swapon), EPERM, true},
    {LEANLAB_CALL(swapoff), EPERM, true},
    {LEANLAB_CALL(acct), EPERM, true},
    {LEANLAB_CALL(quotactl), EPERM, true},
    {LEANLAB_CALL(quotactl_fd), EPERM, true},
    {LEANLAB_CALL(syslog), EPERM, true},
    {LEANLAB_CALL(settimeofday), EPERM, true},
    {LEANLAB_CALL(clock_settime), EPERM, true},
    {LEANLAB_CALL(clock_adjtime), EPERM, true},
    {LEANLAB_CALL(vhangup), EPERM, true},
    {LEANLAB_CALL(sethostname), EPERM, true},
    {LEANLAB_CALL(setdomainname), EPERM, true},
    {LEANLAB_CALL(lookup_dcookie), EPERM, true},
#ifdef SYS_kexec_file_load
    {LEANLAB_CALL(kexec_file_load), EPERM, true},
#endif
#ifdef SYS_iopl
    {LEANLAB_CALL(iopl), EPERM, true},
    {LEANLAB_CALL(ioperm), EPERM, true},
    {LEANLAB_CALL(modify_ldt), EPERM, true},
#endif
};

// The kernel decides on these; a try at what is kept from the command is told.
const CallRule k_file_calls[] = {
#ifdef SYS_open
    {LEANLAB_CALL(open), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(creat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(unlink), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(rename), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(link), EACCES, false, {}, Handling::file},
#endif
    {LEANLAB_CALL(openat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(openat2), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(unlinkat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(renameat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(renameat2), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(linkat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(truncate), EACCES, false, {}, Handling::file},
#ifdef SYS_mkdir
    {LEANLAB_CALL(mkdir), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(rmdir), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(symlink), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(mknod), EACCES, false, {}, Handling::file},
#endif
    {LEANLAB_CALL(mkdirat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(symlinkat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(mknodat), EACCES, false, {}, Handling::file},
    // Whoever is told of each file that is opened learns what its judge does.
    {LEANLAB_CALL(inotify_add_watch), EACCES, false, {}, Handling::file},
};

// In tier A the view decides on these, too. (For tier B see below.)
const CallRule k_attribute_calls[] = {
#ifdef SYS_chmod
    {LEANLAB_CALL(chmod), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(chown), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(lchown), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(utime), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(utimes), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(futimesat), EACCES, false, {}, Handling::file},
#endif
    {LEANLAB_CALL(fchmodat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(fchownat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(utimensat), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(setxattr), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(lsetxattr), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(removexattr), EACCES, false, {}, Handling::file},
    {LEANLAB_CALL(lremovexattr), EACCES, false, {}, Handling::file},
};

constexpr std::uint32_t k_tiocsti = 0x5412, k_tioclinux = 0x541C;  // put text into a terminal's input
// Requests to a file system go by a descriptor that may be read-only, so neither Landlock nor a read-only mount holds all of them: flags,
// versions, keys, verity. The family is the second byte; btrfs' own makes folders and copies of them.
constexpr std::uint32_t k_family = 0xFF00, k_file_system = 0x6600, k_btrfs = 0x9400;
constexpr std::uint32_t k_set_version = 0x4008'7602, k_set_attributes = 0x401C'5820;
constexpr std::uint32_t k_new_namespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

const CallRule k_denied_by_argument[] = {
    {LEANLAB_CALL(clone), EPERM, true, {Condition::Kind::any_bit, 0, k_new_namespaces}},
    // Its flags lie in memory, where no filter sees them; libraries then use clone.
    {LEANLAB_CALL(clone3), ENOSYS, false},
    {LEANLAB_CALL(ioctl), EPERM, true, {Condition::Kind::equal, 1, k_tiocsti}},
    {LEANLAB_CALL(ioctl), EPERM, true, {Condition::Kind::equal, 1, k_tioclinux}},
    {LEANLAB_CALL(ioctl), ENOTTY, true, {Condition::Kind::equal_in, 1, k_file_system, k_family}},
    {LEANLAB_CALL(ioctl),
     EOPNOTSUPP,
     false,
     {Condition::Kind::equal_in, 1, k_btrfs, k_family}},  // cp tries it
    {LEANLAB_CALL(ioctl), ENOTTY, true, {Condition::Kind::equal, 1, k_set_version}},
    {LEANLAB_CALL(ioctl), ENOTTY, true, {Condition::Kind::equal, 1, k_set_attributes}},
    // Leases stop whoever opens the file, and a write hint stays with it when its process has ended: both need no more than a
    // descriptor for reading of a file that is shown as one's own (F_SETLEASE, F_NOTIFY, F_SET_RW_HINT, F_SET_FILE_RW_HINT).
    {LEANLAB_CALL(fcntl), EPERM, true, {Condition::Kind::equal, 1, 1024}},
    {LEANLAB_CALL(fcntl), EPERM, true, {Condition::Kind::equal, 1, 1026}},
    {LEANLAB_CALL(fcntl), EPERM, true, {Condition::Kind::equal, 1, 1036}},
    {LEANLAB_CALL(fcntl), EPERM, true, {Condition::Kind::equal, 1, 1038}},
    {LEANLAB_CALL(socketpair), EPERM, true, {Condition::Kind::not_equal, 0, AF_UNIX}},
    // Streams and packets stay with their other end; an end of a pair of datagrams (2; 3 is the same) can send to any
    // socket that has a name, and Landlock does not look at those that are files.
    {LEANLAB_CALL(socketpair), EPERM, true, {Condition::Kind::any_bit, 1, SOCK_DGRAM}},
};

// Without a process namespace others can be named: only oneself (0) is allowed.
const CallRule k_on_others[] = {
    {LEANLAB_CALL(prlimit64), EPERM, true, {Condition::Kind::not_equal, 0, 0}},
    // OpenMP and others name their own threads: that is refused, too, but is nothing to tell.
    {LEANLAB_CALL(sched_setaffinity), EPERM, true, {Condition::Kind::not_equal, 0, 0}, Handling::own_thread},
    {LEANLAB_CALL(sched_setscheduler), EPERM, true, {Condition::Kind::not_equal, 0, 0}, Handling::own_thread},
    {LEANLAB_CALL(sched_setparam), EPERM, true, {Condition::Kind::not_equal, 0, 0}, Handling::own_thread},
    {LEANLAB_CALL(sched_setattr), EPERM, true, {Condition::Kind::not_equal, 0, 0}, Handling::own_thread},
    {LEANLAB_CALL(setpriority), EPERM, true, {Condition::Kind::not_equal, 0, PRIO_PROCESS}},
    {LEANLAB_CALL(setpriority), EPERM, true, {Condition::Kind::not_equal, 1, 0}},
    {LEANLAB_CALL(pidfd_open), EPERM, true},
};

// With one, the only other process that can be named is its init, which belongs to the sandbox; -1 is everybody.
const CallRule k_on_init[] = {
    {LEANLAB_CALL(prlimit64), EPERM, true, {Condition::Kind::equal, 0, 1}},
    {LEANLAB_CALL(sched_setaffinity), EPERM, true, {Condition::Kind::equal, 0, 1}},
    {LEANLAB_CALL(sched_setscheduler), EPERM, true, {Condition::Kind::equal, 0, 1}},
    {LEANLAB_CALL(sched_setparam), EPERM, true, {Condition::Kind::equal, 0, 1}},
    {LEANLAB_CALL(sched_setattr), EPERM, true, {Condition::Kind::equal, 0, 1}},
    {LEANLAB_CALL(setpriority), EPERM, true, {Condition::Kind::not_equal, 0, PRIO_PROCESS}},
    {LEANLAB_CALL(setpriority), EPERM, true, {Condition::Kind::equal, 1, 1}},
    {LEANLAB_CALL(pidfd_open), EPERM, true, {Condition::Kind::equal, 0, 1}},
    {LEANLAB_CALL(kill), EPERM, true, {Condition::Kind::equal, 0, 1}},
    {LEANLAB_CALL(kill), EPERM, true, {Condition::Kind::equal, 0, ~0U}},
    {LEANLAB_CALL(rt_sigqueueinfo), EPERM, true, {Condition::Kind::equal, 0, 1}},
};

// Landlock does not cover these on files that one owns; libraries call them on their own files and go on.
const CallRule k_pretended[] = {
#ifdef SYS_chmod
    {LEANLAB_CALL(chmod), 0, false, {}, Handling::change_mode},
    {LEANLAB_CALL(chown), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(lchown), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(utime), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(utimes), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(futimesat), 0, false, {}, Handling::pretend},
#endif
    {LEANLAB_CALL(fchmod), 0, false, {}, Handling::change_mode},
    {LEANLAB_CALL(fchmodat), 0, false, {}, Handling::change_mode},
    {LEANLAB_CALL(fchown), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(fchownat), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(utimensat), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(setxattr), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(lsetxattr), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(fsetxattr), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(removexattr), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(lremovexattr), 0, false, {}, Handling::pretend},
    {LEANLAB_CALL(fremovexattr), 0, false, {}, Handling::pretend},
};

// Signals to others, where Landlock cannot confine them (before ABI 6): also those that the kernel sends for whoever
// made himself the owner of a file (F_SETOWN 8, F_SETSIG 10, F_SETOWN_EX 15, FIOSETOWN, SIOCSPGRP).
const CallRule k_signals[] = {
    {LEANLAB_CALL(kill), EPERM, true, {}, Handling::serve_signal},
    {LEANLAB_CALL(tgkill), EPERM, true, {}, Handling::own_process},
    {LEANLAB_CALL(tkill), EPERM, true},
    {LEANLAB_CALL(fcntl), EPERM, true, {Condition::Kind::equal, 1, 8}},
    {LEANLAB_CALL(fcntl), EPERM, true, {Condition::Kind::equal, 1, 10}},
    {LEANLAB_CALL(fcntl), EPERM, true, {Condition::Kind::equal, 1, 15}},
    {LEANLAB_CALL(ioctl), EPERM, true, {Condition::Kind::equal, 1, 0x8901}},
    {LEANLAB_CALL(ioctl), EPERM, true, {Condition::Kind::equal, 1, 0x8902}},
    {LEANLAB_CALL(rt_sigqueueinfo), EPERM, true},
    {LEANLAB_CALL(rt_tgsigqueueinfo), EPERM, true},
    {LEANLAB_CALL(pidfd_send_signal), EPERM, true},
};

// Where Landlock confines them itself (from ABI 6 on), a try is told.
const CallRule k_told_signals[] = {
    {LEANLAB_CALL(kill), EPERM, false, {}, Handling::signal},
    {LEANLAB_CALL(rt_sigqueueinfo), EPERM, false, {}, Handling::signal},
};

// A process that nobody may look into: what it tries could not be read. Whoever may start processes may have to hide from them, as the
// keeper of an experiment that runs beside it does.
constexpr std::uint32_t k_set_dumpable = 4;
const CallRule k_not_hidden[] = {
    {LEANLAB_CALL(prctl), EPERM, true, {Condition::Kind::equal, 0, k_set_dumpable}},
};

// Landlock's rules are memory that no limit counts.
const CallRule k_no_rules[] = {
    {LEANLAB_CALL(landlock_create_ruleset),
     EOPNOTSUPP,
     true,
     {Condition::Kind::equal, 2, 0}},  // 1: which version
    {LEANLAB_CALL(landlock_add_rule), EOPNOTSUPP, true},
    {LEANLAB_CALL(landlock_restrict_self), EOPNOTSUPP, true},
};

// Memory that no limit counts while it is not mapped. Agents' own tools use it.
const CallRule k_no_memory_files[] = {
    {LEANLAB_CALL(memfd_create), EPERM, true},
#ifdef SYS_memfd_secret
    {LEANLAB_CALL(memfd_secret), ENOSYS, true},
#endif
};

// Pages of a shared mapping count to nobody who does not map them any more.
const CallRule k_shared_mappings[] = {
    {LEANLAB_CALL(mmap), ENOMEM, false, {Condition::Kind::any_bit, 3, MAP_SHARED}, Handling::shared},
};

const CallRule k_no_network[] = {
    {LEANLAB_CALL(socket), EPERM, true},
};

// In a network of its own what leads nowhere is told before the kernel refuses it; the guardian lets the rest go on.
const CallRule k_watched[] = {
    {LEANLAB_CALL(connect), ENETUNREACH, false, {}, Handling::connection},
    {LEANLAB_CALL(sendto), ENETUNREACH, false, {Condition::Kind::not_equal, 4, 0}, Handling::connection},
};

// The kinds of socket besides which none is had with a network: others reach parts of the kernel that nobody needs.
constexpr std::uint32_t k_highest_family = 45;
bool is_allowed_family(std::uint32_t family, Tier tier) {
  // A unix socket by path could reach a service of this machine; in tier A the view holds none.
  if (family == AF_UNIX) return tier == Tier::A;
  return family == AF_INET || family == AF_INET6 || family == AF_NETLINK;
}

const CallRule k_no_fork[] = {
#ifdef SYS_fork
    {LEANLAB_CALL(fork), EAGAIN, true},
    {LEANLAB_CALL(vfork), EAGAIN, true},
#endif
    {LEANLAB_CALL(clone), EAGAIN, true, {Condition::Kind::no_bit, 0, CLONE_THREAD}},
};

template <std::size_t N>
void append(std::vector<CallRule>& rules, const CallRule (&more)[N]) {
  rules.insert(rules.end(), more, more + N);
}

}  // namespace

std::vector<CallRule> call_rules(const Request& request, int landlock) {
  std::vector<CallRule> rules;
  append(rules, k_denied);
  append(rules, k_denied_by_argument);
  if (!request.network)
    append(rules, k_no_network);
  else {
    for (std::uint32_t family = 0; family <= k_highest_family; ++family) {
      if (!is_allowed_family(family, request.tier))
        rules.push_back({LEANLAB_CALL(socket), EAFNOSUPPORT, true, {Condition::Kind::equal, 0, family}});
    }
  }
  if (request.tier == Tier::A && !request.listen.empty()) append(rules, k_watched);
  if (request.role != Role::agent) append(rules, k_no_memory_files);
  if (request.role == Role::candidate || request.role == Role::in_process) {
    append(rules, k_no_rules);
    if (!request.fork) append(rules, k_not_hidden);
  }
  if (request.memory_bytes != 0 && request.role != Role::agent && request.role != Role::judge)
    append(rules, k_shared_mappings);
  if (!request.fork) append(rules, k_no_fork);
  // The first rule of a call decides.
  if (request.tier == Tier::B && landlock < 3) rules.push_back({LEANLAB_CALL(truncate), EPERM, true});
  if (request.tier == Tier::B || !request.watch.empty()) append(rules, k_file_calls);
  if (request.tier == Tier::B) {
    append(rules, k_on_others);
    append(rules, k_pretended);
    if (landlock < 6)
      append(rules, k_signals);
    else if (!request.watch.empty())
      append(rules, k_told_signals);
  } else {
    append(rules, k_on_init);
    if (!request.watch.empty()) append(rules, k_attribute_calls);
  }
  return rules;
}

}  // namespace leanlab::helper
